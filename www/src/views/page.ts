// The frame around the views: the beginning, reading, the verdict first.

import type { Inference } from "driftgate";

import type { Actions } from "../main";
import { advice } from "../advice";
import { chosen } from "../dropped";
import { all, h } from "../element";
import { counted, seconds, size } from "../format";
import type { Dropped, Reading, Result } from "../session";
import { VIEWS, type Settings, type View } from "../settings";
import { comparison } from "./comparison";
import { columns, data, fileTable, questions } from "./data";
import { drift } from "./drift";
import { gate } from "./gate";
import { health } from "./health";
import { segments } from "./segments";
import { verdict } from "./verdict";

/** All that is shown. */
export interface Page {
  files: Dropped[];
  settings: Settings;
  reading?: Reading;
  result?: Result;
  problem?: string;
  /** What the columns hold, where nobody knows what they mean. */
  inference?: Inference;
}

const TITLES: Record<View, string> = {
  drift: "Drift",
  comparison: "A/B",
  health: "Model health",
  segments: "Segments",
  gate: "Gate",
  data: "Data",
};

const EXAMPLES: [string, string, string[]][] = [
  ["A market crash", "Two price models, calm months of 2007 against autumn 2008", ["reference.jsonl", "crash.jsonl"]],
  [
    "A promotion",
    "A candidate against the incumbent on the same days, with a policy",
    ["training.csv", "incumbent.csv", "candidate_good.csv"],
  ],
  ["A rejection", "A candidate that was trained on calm years only", ["training.csv", "incumbent.csv", "candidate_bad.csv"]],
];

const brand = () => h("a", { class: "brand", href: "." }, h("img", { src: "icon.svg", alt: "" }), "driftgate");

function picker(actions: Actions, title: string, kind = ""): HTMLElement[] {
  const input = h("input", {
    type: "file",
    id: `files${kind && "-more"}`,
    multiple: true,
    class: "unseen",
    accept: ".jsonl,.ndjson,.csv,.gz,.zst,.parquet,.dgp,.json,.txt",
    onchange: () => actions.drop(chosen(input.files ?? [])),
  });
  return [input, h("label", { for: input.id, class: `button ${kind || "primary"}` }, title)];
}

/** The page before anything is dropped. */
export function start(actions: Actions): HTMLElement[] {
  return [
    h("header", { class: "top" }, brand()),
    h(
      "main",
      { id: "main" },
      h(
        "div",
        { class: "hero" },
        h("h1", {}, "From prediction logs to a decision"),
        h(
          "p",
          {},
          "Has anything drifted? Is the model getting worse? May the candidate replace the incumbent? Everything is computed in this tab; nothing leaves it.",
        ),
      ),
      h(
        "div",
        { class: "drop" },
        h("strong", {}, "Drop one or more logs"),
        h("span", { class: "lead" }, "JSONL, CSV or Parquet, plain or .gz / .zst, of any size; or saved profiles"),
        picker(actions, "Choose files"),
      ),
      h("h2", { class: "unseen" }, "Examples"),
      h(
        "div",
        { class: "examples" },
        EXAMPLES.map(([title, what, files]) =>
          h(
            "button",
            { type: "button", onclick: () => void actions.example(files) },
            h("strong", {}, title),
            h("span", { class: "small" }, what),
          ),
        ),
      ),
      h(
        "p",
        { class: "small" },
        "One prediction a line: ",
        h(
          "code",
          {},
          '{"timestamp":"2008-09-15T21:00:00Z","id":"SPX-1","model":"rf_v2","prediction":1191.6,"actual":1213.6,"features":{"vol_20d":0.0178}}',
        ),
        " Names are recognised; inputs alone are enough for drift, predictions and actuals for performance.",
      ),
    ),
    footer(),
  ];
}

const footer = () =>
  h(
    "footer",
    {},
    "The same log gives the same bytes of report here, in the command line and in every program that embeds driftgate.",
  );

/** The page while files are read, with an answer, or with what went wrong. */
export function frame(
  page: Page,
  actions: Actions,
): { elements: HTMLElement[]; progress: (reading: Reading | undefined) => void } {
  const { result, reading, problem } = page;
  const bar = h("progress", { max: 1, "aria-label": "Reading" });
  const said = h("p", { class: "lead" });
  const progress = (now: Reading | undefined) => {
    if (!now) return;
    const time = performance.now() - now.started;
    if (now.of) bar.value = Math.min(now.bytes / now.of, 1);
    const speed = time > 300 ? ` · ${size((now.bytes / time) * 1000)} a second` : "";
    said.textContent =
      now.bytes >= now.of && now.of
        ? `${counted(now.rows, "row")} read; computing …`
        : `${size(now.bytes)} of ${size(now.of)} · ${counted(now.rows, "row")}${speed} · ${seconds(time)}`;
  };
  progress(reading);
  // Without an answer there is something to be mended; beside one it is enough to know.
  const stuck = problem !== undefined && !result;
  const main = h(
    "main",
    { id: "main" },
    problem &&
      h(
        "section",
        { class: "card" },
        stuck && h("h1", { class: "unseen" }, "A problem"),
        h("p", { class: "problem", role: "alert" }, advice(problem)),
        !stuck && h("button", { type: "button", onclick: actions.dismiss }, "Understood"),
        stuck && page.files.length > 0 && fileTable(page.files, actions),
      ),
    stuck && page.inference && columns(page.inference, page.settings, actions),
    stuck && page.files.length > 0 && questions(page.settings, actions),
    reading &&
      h(
        "section",
        { class: "card reading", "aria-live": "off" },
        h(
          "h2",
          {},
          `Reading ${page.files.length > 3 ? counted(page.files.length, "file") : page.files.map(({ log }) => log.name).join(", ")}`,
        ),
        bar,
        said,
        h("p", { class: "actions" }, h("button", { type: "button", onclick: actions.cancel }, "Cancel")),
      ),
    result &&
      !reading &&
      all(answer(result, page, actions), navigation(page.settings.view, actions), view(page, result, actions)),
  );
  const elements = [
    h(
      "header",
      { class: "top" },
      brand(),
      picker(actions, "Add logs", "quiet-button"),
      result && [
        h("button", { type: "button", onclick: actions.saveReport }, "Report as JSON"),
        h("button", { type: "button", onclick: () => void actions.saveHtml() }, "as HTML"),
      ],
      h("button", { type: "button", onclick: actions.again }, "Start over"),
    ),
    main,
    footer(),
  ];
  return { elements, progress };
}

/** The verdict, with the files and the slider of a log that is compared with itself. */
function answer({ report, split: cut }: Result, { files, settings }: Page, actions: Actions): HTMLElement {
  const of = (window: string) =>
    files.filter(({ role }) => role === window || (cut?.day && role === "current")).map(({ log }) => log.name);
  return verdict(report, of, !["drift", "data"].includes(settings.view), cut && split(cut, actions));
}

/** Where one log is cut into its past and its present. */
function split({ day, first, last }: NonNullable<Result["split"]>, actions: Actions): HTMLElement {
  const at = (date: string) => Math.round(Date.parse(date) / 86_400_000);
  const date = (value: number) => new Date(value * 86_400_000).toISOString().slice(0, 10);
  const from = day || date(Math.round(at(last) - (at(last) - at(first)) / 4));
  const output = h("output", { for: "split" }, from);
  const slider = h("input", {
    type: "range",
    id: "split",
    min: at(first) + 1,
    max: at(last),
    value: at(from),
    oninput: () => (output.textContent = date(Number(slider.value))),
  });
  return h(
    "div",
    { class: "split" },
    h("label", { for: "split" }, "Compare with its own past: current from"),
    slider,
    output,
    h("button", { type: "button", onclick: () => actions.settings({ split: date(Number(slider.value)) }) }, "Split here"),
    day !== "" && h("button", { type: "button", onclick: () => actions.settings({ split: "" }) }, "Do not split"),
  );
}

function navigation(view: View, actions: Actions): HTMLElement {
  return h(
    "nav",
    { class: "views", "aria-label": "Views" },
    VIEWS.map((name) =>
      h(
        "a",
        {
          href: `#view=${name}`,
          "aria-current": name === view && "page",
          onclick: (event: Event) => {
            event.preventDefault();
            actions.view(name);
          },
        },
        TITLES[name],
      ),
    ),
  );
}

function view(page: Page, result: Result, actions: Actions): HTMLElement {
  const { report } = result;
  switch (page.settings.view) {
    case "comparison":
      return comparison(report, actions.comparison());
    case "health":
      return health(report, () => void actions.saveReplay());
    case "segments":
      return segments(report);
    case "gate":
      return gate(report, actions.gate());
    case "data":
      return data(page.files, page.settings, result, actions);
    default:
      return drift(
        report,
        report.reference && report.current?.first_day && report.current.days >= 20 && report.current.days <= 400
          ? actions.moving()
          : undefined,
      );
  }
}
