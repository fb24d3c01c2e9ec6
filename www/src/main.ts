// The page: what is dropped is read, the answer is shown, and the address says what was asked.

import { init, preset } from "driftgate";
import type { ComparisonOptions, Inference, ModelComparison, Report } from "driftgate";

import { html, policyOf as policyIn, policyText, replayText, save } from "./download";
import { chosen, dropped, type Found } from "./dropped";
import { Cancelled, pool } from "./engine/pool";
import { showHints } from "./hints";
import * as session from "./session";
import type { Dropped, Reading, Result } from "./session";
import { fromHash, toHash, type Settings, type View } from "./settings";
import { frame, start, type Page } from "./views/page";
import { refold, unfold } from "./views/parts";

const compiled = WebAssembly.compileStreaming(fetch("driftgate.wasm"));
const ready = compiled.then((module) => init(module));
const workers = pool(compiled);

/** What was computed for a result when a view asked for it. */
interface Later {
  moving?: Promise<Report>;
  comparison?: Promise<ModelComparison>;
  gate?: Promise<string>;
  /** What the gate's report holds beyond others. */
  jackknife?: string;
}

const page: Page = { files: [], settings: fromHash(location.hash) };
/** Files and settings of the answer that is shown: what a cancelled reading goes back to. */
let answered: Pick<Page, "files" | "settings"> = page;
let later: Later = {};
let round = 0;
/** Milliseconds between two drawings of the progress, and when it was drawn. */
const DRAWN_EVERY = 150;
let drawn = 0;
/** Drops are looked at one after the other. */
let drops: Promise<unknown> = Promise.resolve();

// What a user does

const actions = {
  drop(files: Found[], { known = () => page.files, missed = [] as string[] } = {}) {
    if (!files.length && !missed.length) return;
    drops = drops.then(() =>
      told(async () => {
        await ready;
        const { all, refused } = await session.looked(files, known());
        refused.push(...missed);
        page.files = all;
        // With an incumbent among them the question is whether to promote.
        const asked = page.result || location.hash.includes("view=");
        if (!asked && all.some(({ role }) => role === "baseline")) page.settings.view = "gate";
        // The next drop need not wait until these are read.
        void told(async () => {
          if (all.length) await read();
          if (refused.length) throw new Error(refused.join("\n"));
        });
      }),
    );
  },

  async example(names: string[]) {
    await told(async () => {
      const fetched = names.map(async (name) => new File([await (await fetch(`examples/${name}`)).blob()], name));
      actions.drop(chosen(await Promise.all(fetched)), { known: () => [] });
    });
  },

  cancel() {
    stop();
    if (page.result) Object.assign(page, answered);
    else page.files = [];
    remember();
    show();
  },

  again() {
    stop();
    page.files = [];
    page.settings = fromHash("");
    document.title = "driftgate";
    delete page.result;
    delete page.problem;
    remember();
    show();
  },

  role(file: Dropped, role: session.FileRole) {
    page.files = page.files.map((other) => (other === file ? { ...file, role, chosen: true } : other));
    void told(read);
  },

  remove(file: Dropped) {
    page.files = page.files.filter((other) => other !== file);
    if (page.files.length) void told(read);
    else actions.again();
  },

  map(column: string, role: string) {
    const map = Object.fromEntries(Object.entries(page.settings.options.map ?? {}).filter(([, of]) => of !== column));
    const before = known()?.columns.find((one) => one.column === column)?.role;
    if (role) map[role] = column;
    else if (before) map[before] = "";
    actions.settings({ options: { ...page.settings.options, map } });
  },

  settings(change: Partial<Settings>) {
    page.settings = { ...page.settings, ...change };
    remember();
    if (page.files.length) void told(read);
  },

  view(view: View) {
    page.settings.view = view;
    history.pushState(null, "", address());
    show();
    const navigation = app.querySelector<HTMLElement>("nav.views");
    if (navigation && scrollY > navigation.offsetTop) scrollTo(0, navigation.offsetTop);
    navigation?.querySelector<HTMLElement>("[aria-current]")?.focus();
  },

  readAgain: () => actions.settings({ rows: true }),

  dismiss() {
    delete page.problem;
    show();
  },

  // Downloads

  saveReport: () => page.result && save("report.json", page.result.text, "application/json"),

  saveHtml: () =>
    told(async () => {
      if (!page.result) return;
      const { report } = page.result;
      const moving = await later.moving?.catch(() => undefined);
      const { kept } = await import("./views/kept");
      save("report.html", await html(report.summary.slice(0, 80), await kept(report, moving)), "text/html");
    }),

  saveProfile(window: string) {
    const profile = page.result?.windows[window as session.WindowName]?.profile;
    if (profile) save(`${window}.dgp`, profile, "application/octet-stream");
  },

  saveReplay: () =>
    told(async () => {
      const report = page.result && (await session.replay(workers, page.settings, page.result));
      if (report?.replay) save("replay.jsonl", replayText(report.replay.sample), "application/x-ndjson");
    }),

  // What views compute when they are opened

  moving: () => once("moving", () => session.rolling(workers, page.settings, page.result!)),
  comparison: () => ({
    options: page.settings.comparison ?? {},
    answer: once("comparison", () => session.comparison(workers, page.settings, page.result!)),
    ask(comparison: ComparisonOptions) {
      page.settings.comparison = comparison;
      delete later.comparison;
      remember();
      show();
    },
    readAgain: actions.readAgain,
  }),

  gate: () => ({
    policy: session.policyOf(page.settings),
    preset,
    presets: ["production", "testing", "development"],
    unread: (policy: NonNullable<Settings["policy"]>) => session.uncounted(policy, page.result!),
    readAgain: () => actions.settings({}),
    write: policyText,
    read: policyIn,
    save,
    model: (model: string) => actions.settings({ plan: { ...page.settings.plan, model } }),
    async decide(policy: NonNullable<Settings["policy"]>, overruled: Parameters<typeof session.decision>[2]) {
      const jackknife = JSON.stringify(session.jackknife(policy));
      if (later.jackknife !== jackknife) delete later.gate;
      later.jackknife = jackknife;
      const settings = { ...page.settings, policy };
      const report = await once("gate", () => session.gateReport(workers, settings, page.result!));
      const decision = JSON.parse(session.decision(policy, report, overruled)) as session.Decision;
      // Only what could be decided is remembered: the address is read again by others.
      if (JSON.stringify(policy) === JSON.stringify(preset("production"))) delete page.settings.policy;
      else page.settings.policy = policy;
      remember();
      return decision;
    },
  }),
};

/** What a view asks for is computed once for an answer; what failed may be asked again. */
function once<Name extends "moving" | "comparison" | "gate">(
  name: Name,
  work: () => NonNullable<Later[Name]>,
): NonNullable<Later[Name]> {
  const known = later[name];
  if (known) return known;
  const asked = later;
  const promise = work();
  asked[name] = promise;
  promise.catch((error: Error) => {
    delete asked[name];
    // A worker that trapped refuses whatever comes after.
    if (error.name === "RuntimeError") workers.cancel();
  });
  return promise;
}

/** Ends a reading, if there is one, and what views still wait for. */
function stop() {
  round++;
  if (page.reading || Object.keys(later).length) workers.cancel();
  delete page.reading;
}

export type Actions = typeof actions;

/** What the columns of the current window were taken for. */
const known = (): Inference | undefined => page.result?.windows.current?.inference ?? page.inference;

async function read() {
  // Workers that are still reading would mix what they are given.
  stop();
  const mine = round;
  delete page.problem;
  delete page.inference;
  const tell = (reading: Reading) => {
    if (mine !== round) return;
    page.reading = reading;
    // To draw takes from what reads.
    if (performance.now() - drawn < DRAWN_EVERY && reading.bytes < reading.of) return;
    drawn = performance.now();
    progress();
  };
  page.reading = { bytes: 0, of: 0, rows: 0, started: performance.now() };
  show();
  let result: Result;
  try {
    await ready;
    result = await session.run(workers, page.files, page.settings, tell);
  } catch (error) {
    if (mine !== round || error instanceof Cancelled) return;
    // Workers that went on with what was read before are of no use any more.
    workers.cancel();
    delete page.reading;
    delete page.result;
    const inference = await session.evidence(page.files, page.settings);
    if (inference) page.inference = inference;
    throw error;
  }
  if (mine !== round) return;
  page.result = result;
  answered = { files: page.files, settings: { ...page.settings } };
  later = {};
  delete page.reading;
  show();
  const verdict = result.report.summary.split(". ")[0] ?? "";
  document.title = `${verdict} · driftgate`;
  document.getElementById("status")!.textContent = verdict;
}

/** Does it, and shows what goes wrong. */
async function told(work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    page.problem = (error as Error).message;
    show();
  }
}

const address = () => {
  const hash = toHash(page.settings);
  return hash ? `#${hash}` : location.pathname + location.search;
};

const remember = () => history.replaceState(null, "", address());

// What is seen

const app = document.getElementById("app")!;
let frames: ReturnType<typeof frame> | undefined;

function show() {
  document.documentElement.classList.remove("over");
  if (page.result || page.reading || page.problem) {
    frames = frame(page, actions);
    app.replaceChildren(...frames.elements);
  } else {
    frames = undefined;
    app.replaceChildren(...start(actions));
  }
}

const progress = () => frames?.progress(page.reading);

addEventListener("hashchange", () => {
  const asked = fromHash(location.hash);
  const same = JSON.stringify({ ...asked, view: "" }) === JSON.stringify({ ...page.settings, view: "" });
  page.settings = asked;
  if (same || !page.files.length) show();
  else void told(read);
});

addEventListener("dragover", (event) => {
  event.preventDefault();
  document.documentElement.classList.add("over");
});
addEventListener("dragleave", (event) => event.relatedTarget ?? document.documentElement.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.documentElement.classList.remove("over");
  if (!event.dataTransfer) return;
  void dropped(event.dataTransfer).then(({ files, refused }) => actions.drop(files, { missed: refused }));
});

addEventListener("beforeprint", () => unfold(app));
addEventListener("afterprint", () => refold(app));

showHints();

if ("serviceWorker" in navigator) {
  // Where it is not allowed (a private window), the page works all the same, only not offline.
  navigator.serviceWorker.register("service-worker.js").catch(() => {});
}

ready.then(
  () => {
    document.documentElement.classList.add("ready");
    // Before the first drop, which then need not wait for them; what goes wrong is told there.
    workers.readers().catch(() => {});
  },
  (error: Error) => {
    page.problem = `the page could not be loaded: ${error.message}; load it again`;
    show();
  },
);

show();
