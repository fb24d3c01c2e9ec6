// The page: what is dropped is read, the answer is shown, and the address says what was asked.

import { init, preset } from "driftgate";
import type { Inference, ModelComparison, Report } from "driftgate";

import { html, policyOf as policyIn, policyText, replayText, save } from "./download";
import { Cancelled, pool } from "./engine/pool";
import * as session from "./session";
import type { Dropped, Reading, Result } from "./session";
import { fromHash, toHash, type Settings, type View } from "./settings";
import { frame, start, type Page } from "./views/page";

const compiled = WebAssembly.compileStreaming(fetch("driftgate.wasm"));
const ready = compiled.then((module) => init(module));
const workers = pool(compiled);

/** What was computed for a result when a view asked for it. */
interface Later {
  moving?: Promise<Report>;
  comparison?: Promise<ModelComparison>;
  gate?: { key: string; report: Promise<string> };
}

const page: Page = { files: [], settings: fromHash(location.hash) };
let later: Later = {};
let round = 0;

// What a user does

const actions = {
  async drop(files: File[]) {
    if (!files.length) return;
    await told(async () => {
      await ready;
      page.files = await session.looked(files, page.result || page.problem ? page.files : []);
      // With an incumbent among them the question is whether to promote.
      if (!page.result && !location.hash.includes("view=") && page.files.some(({ role }) => role === "baseline"))
        page.settings.view = "gate";
      await read();
    });
  },

  async example(names: string[]) {
    await told(async () => {
      const fetched = names.map(async (name) => new File([await (await fetch(`examples/${name}`)).blob()], name));
      const files = await Promise.all(fetched);
      page.files = [];
      await actions.drop(files);
    });
  },

  cancel() {
    round++;
    workers.cancel();
    delete page.reading;
    if (!page.result) page.files = [];
    show();
  },

  again() {
    round++;
    page.files = [];
    delete page.result;
    delete page.problem;
    page.settings = { ...page.settings, view: "drift" };
    delete page.settings.split;
    remember();
    show();
  },

  role(file: Dropped, role: session.FileRole) {
    page.files = page.files.map((other) => (other === file ? { ...file, role } : other));
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
    remember();
    show();
  },

  readAgain: () => actions.settings({ rows: true }),

  // Downloads

  saveReport: () => page.result && save("report.json", page.result.text, "application/json"),

  async saveHtml() {
    if (!page.result) return;
    const { kept } = await import("./views/kept");
    save("report.html", await html(page.result.report.summary.slice(0, 80), await kept(page.result.report)), "text/html");
  },

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

  moving: () => (later.moving ??= session.rolling(workers, page.settings, page.result!)),
  comparison: () => (later.comparison ??= session.comparison(workers, page.settings, page.result!)),

  gate: () => ({
    policy: session.policyOf(page.settings),
    preset,
    presets: ["production", "testing", "development"],
    unread: (policy: NonNullable<Settings["policy"]>) => session.uncounted(policy, page.result!),
    readAgain: () => actions.settings({}),
    write: policyText,
    read: policyIn,
    save,
    async decide(policy: NonNullable<Settings["policy"]>, overruled: Parameters<typeof session.decision>[2]) {
      page.settings.policy = policy;
      const key = JSON.stringify(session.jackknife(policy));
      if (later.gate?.key !== key) later.gate = { key, report: session.gateReport(workers, page.settings, page.result!) };
      const decision = JSON.parse(session.decision(policy, await later.gate.report, overruled)) as session.Decision;
      if (JSON.stringify(policy) === JSON.stringify(preset("production"))) delete page.settings.policy;
      remember();
      return decision;
    },
  }),
};

export type Actions = typeof actions;

/** What the columns of the current window were taken for. */
const known = (): Inference | undefined => page.result?.windows.current?.inference ?? page.inference;

async function read() {
  const mine = ++round;
  delete page.problem;
  delete page.inference;
  const tell = (reading: Reading) => mine === round && ((page.reading = reading), progress());
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
  later = {};
  delete page.reading;
  show();
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

function remember() {
  const hash = toHash(page.settings);
  history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
}

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
  void actions.drop([...(event.dataTransfer?.files ?? [])]);
});

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((details) => (details.open = true)));

if ("serviceWorker" in navigator) {
  // Where it is not allowed (a private window), the page works all the same, only not offline.
  navigator.serviceWorker.register("service-worker.js").catch(() => {});
}

ready.then(
  () => document.documentElement.classList.add("ready"),
  (error: Error) => {
    page.problem = `the page could not be loaded: ${error.message}; load it again`;
    show();
  },
);

show();
