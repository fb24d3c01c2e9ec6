// What was read: files and what they are taken for, columns and their roles, what was wrong, and what could not be computed.

import type { ColumnUse, DecimalMark, Inference, Plan, Provenance, Report, Role } from "driftgate";

import { advice } from "../advice";
import { h, table } from "../element";
import { count, counted, days, number, seconds, size, words } from "../format";
import { LOG_ROLES, ROLES, type Dropped, type FileRole, type Result } from "../session";
import type { Settings } from "../settings";
import { more, section } from "./parts";

/** What the view can ask for. */
export interface DataActions {
  role(file: Dropped, role: FileRole): void;
  remove(file: Dropped): void;
  map(column: string, role: Role | ""): void;
  settings(change: Partial<Settings>): void;
  saveProfile(window: string): void;
}

/** The view. */
export function data(files: Dropped[], settings: Settings, result: Result | undefined, actions: DataActions): HTMLElement {
  const windows = Object.entries(result?.windows ?? {});
  const inference = result?.windows.current?.inference;
  return h(
    "div",
    { class: "view" },
    section("Files", "Which window each file belongs to. Changing it reads the files again.", fileTable(files, actions)),
    result &&
      section(
        "Windows",
        `${counted(result.read.rows, "row")} of ${size(result.read.bytes)} read in ${seconds(result.read.milliseconds)} (${size((result.read.bytes / result.read.milliseconds) * 1000)} a second).`,
        table(
          "Windows",
          [
            { title: "window", head: true, cell: ([name]) => name },
            { title: "rows", number: true, cell: ([name]) => count(result.report[name as "current"]?.rows) },
            { title: "bad rows", number: true, cell: ([name]) => count(result.report[name as "current"]?.bad_rows) },
            {
              title: "days",
              cell: ([name]) => days(result.report[name as "current"]?.first_day, result.report[name as "current"]?.last_day),
            },
            { title: "kept", cell: ([name]) => (result.report[name as "current"]?.exact ? "every row" : "a summary") },
            {
              title: "profile",
              number: true,
              cell: ([name, window]) =>
                h(
                  "button",
                  { type: "button", class: "quiet", onclick: () => actions.saveProfile(name) },
                  `Download ${size(window.profile.length)}`,
                ),
            },
          ],
          windows,
        ),
      ),
    result && account(result.report),
    windows.map(([name, window]) => problems(name, window.provenance, window.notes)),
    inference && columns(inference, settings, actions),
    questions(settings, actions),
    result && quality(result),
    result &&
      result.report.skipped.length > 0 &&
      section(
        "Not computed",
        "And what would help.",
        table(
          "Not computed",
          [
            { title: "what", head: true, cell: (one) => one.column ?? words(one.kind), sort: (one) => one.column ?? one.kind },
            { title: "method", cell: (one) => words(one.method), sort: (one) => one.method },
            { title: "why not", prose: true, cell: (one) => advice(one.reason) },
          ],
          result.report.skipped,
        ),
      ),
  );
}

/** The files with what they are taken for. */
export function fileTable(files: Dropped[], actions: Pick<DataActions, "role" | "remove">): HTMLElement {
  return table(
    "Files",
    [
      { title: "file", head: true, cell: ({ log }) => log.name },
      { title: "size", number: true, cell: ({ log }) => size(log.file.size) },
      { title: "what", cell: ({ log }) => (log.profile ? "saved profile" : (log.format ?? "log").toUpperCase()) },
      {
        title: "window",
        cell: (file) =>
          h(
            "select",
            {
              "aria-label": `window of ${file.log.name}`,
              onchange: (event: { target: HTMLSelectElement }) => actions.role(file, event.target.value as FileRole),
            },
            ROLES.map((role) =>
              h(
                "option",
                { value: role, selected: role === file.role },
                {
                  reference: "reference: before, or training",
                  current: "current: now, or the candidate",
                  baseline: "baseline: the incumbent",
                  outcomes: "outcomes that came late, for every window",
                  unused: "leave out",
                }[role],
              ),
            ),
          ),
      },
      {
        title: "",
        cell: (file) =>
          h(
            "button",
            { type: "button", class: "quiet", "aria-label": `remove ${file.log.name}`, onclick: () => actions.remove(file) },
            "✕",
          ),
      },
    ],
    files,
  );
}

/** What became of the columns that are not judged, those first whose values were not read. */
export function account(report: Report): HTMLElement | false {
  const windows = (["current", "reference", "baseline"] as const).flatMap((name) => {
    const window = report[name];
    return window ? [{ name, window }] : [];
  });
  const fates: Record<string, string> = { not_read: "not read", not_judged: "not judged", left_out: "left out" };
  const columns = new Map<string, ColumnUse>();
  for (const { window } of windows)
    for (const [name, use] of Object.entries(window.columns ?? {})) {
      // Without a reference no column is judged by its distribution: that is said once, elsewhere.
      const told = use.fate in fates && (report.reference || use.fate !== "not_judged");
      if (told && (use.fate === "not_read" || !columns.has(name))) columns.set(name, use);
    }
  const rank = (use: ColumnUse) => Object.keys(fates).indexOf(use.fate);
  const rows = [...columns].sort(([, a], [, b]) => rank(a) - rank(b));
  return section(
    "What was read",
    windows
      .map(({ name, window }) => {
        const [judged, all] = [window.judged_values ?? 0, window.values ?? 0];
        const named = Object.entries(report.provenance[name]?.named ?? {});
        const rest = named.reduce((left, [, values]) => left - values, all);
        const what =
          judged === all
            ? "all judged"
            : judged === rest
              ? `all judged but ${named.map(([role]) => role).join(", ")}`
              : `${count(judged)} judged${Object.keys(window.models).length > 1 ? ", those of one model" : ""}`;
        return `${name}: ${counted(window.rows, "row")}, ${counted(all, "value")}, ${what}`;
      })
      .join("; ") + ".",
    rows.length > 0 &&
      table(
        "Columns that are not judged",
        [
          { title: "column", head: true, cell: ([name]) => name },
          { title: "what became of it", cell: ([, use]) => fates[use.fate] ?? use.fate },
          { title: "why", prose: true, cell: ([, use]) => advice(use.reason ?? "") },
        ],
        rows,
      ),
  );
}

function problems(
  window: string,
  { problems = [], problem_count = 0, bad_rows = {}, outcomes_joined }: Provenance,
  notes: string[],
): HTMLElement | false {
  if (!problem_count && !notes.length && !outcomes_joined) return false;
  const bad = Object.values(bad_rows).reduce((sum, rows) => sum + rows, 0);
  return section(
    `Worth knowing about the ${window} log`,
    undefined,
    h(
      "ul",
      { class: "notes" },
      notes.map((note) => h("li", {}, note)),
      outcomes_joined ? h("li", {}, `${counted(outcomes_joined, "outcome")} joined by id.`) : null,
      problem_count > 0 && h("li", {}, `${counted(problem_count, "problem")}, ${counted(bad, "row")} left out.`),
    ),
    problems.length > 0 &&
      table(
        `Problems of the ${window} log`,
        [
          { title: "file", head: true, cell: (one) => one.source, sort: (one) => one.source },
          { title: "line", number: true, cell: (one) => count(one.line), sort: (one) => one.line },
          { title: "column", cell: (one) => one.column || "–" },
          { title: "what is wrong", prose: true, cell: (one) => one.message },
          { title: "row", cell: (one) => (one.bad_row ? "left out" : "kept") },
        ],
        problems,
        20,
      ),
  );
}

/** What the columns are taken to mean; for when inference needs help. */
export function columns(inference: Inference, settings: Settings, actions: Pick<DataActions, "map">): HTMLElement {
  const given = settings.options.map ?? {};
  return section(
    "Columns",
    "What each column is taken for. Whatever has no role is an input; changing a role reads the files again.",
    table(
      "Columns",
      [
        { title: "column", head: true, cell: (one) => one.column, sort: (one) => one.column },
        {
          title: "role",
          cell: (one) =>
            h(
              "select",
              {
                "aria-label": `role of ${one.column}`,
                onchange: (event: { target: HTMLSelectElement }) => actions.map(one.column, event.target.value as Role),
              },
              h("option", { value: "" }, "input"),
              LOG_ROLES.map((role) => h("option", { value: role, selected: role === one.role }, words(role))),
            ),
          sort: (one) => one.role,
        },
        { title: "", cell: (one) => (Object.values(given).includes(one.column) ? "chosen by you" : "") },
        { title: "for example", cell: (one) => one.example ?? "–" },
        { title: "numbers", number: true, cell: (one) => count(one.numbers), sort: (one) => one.numbers },
        { title: "texts", number: true, cell: (one) => count(one.texts), sort: (one) => one.texts },
        { title: "missing", number: true, cell: (one) => count(one.missing), sort: (one) => one.missing },
      ],
      inference.columns,
      60,
    ),
  );
}

/** What is asked of the logs. */
export function questions(settings: Settings, { settings: apply }: Pick<DataActions, "settings">): HTMLElement {
  const { plan, options } = settings;
  const input = (id: string, value: string, more: Record<string, string> = {}) =>
    h("input", { id, name: id, value, autocomplete: "off", spellcheck: "false", ...more });
  const choice = (id: string, value: string | null | undefined, choices: [string, string][]) =>
    h(
      "select",
      { id, name: id },
      choices.map(([name, title]) => h("option", { value: name, selected: name === (value ?? "") }, title)),
    );
  const fields: [string, string, HTMLElement][] = [
    [
      "alpha",
      "False-alarm rate over all columns",
      input("alpha", String(plan.alpha ?? ""), { placeholder: "0.05", inputmode: "decimal" }),
    ],
    [
      "rule",
      "Rule of the verdict",
      choice("rule", plan.rule, [
        ["", "by day where there are times"],
        ["by_day", "by day"],
        ["rows", "rows as independent"],
        ["any", "any: p < 0.05 or PSI >= 0.25"],
        ["window", "window: KS > 0.15"],
      ]),
    ],
    [
      "season",
      "Compare like with like",
      choice("season", plan.season, [
        ["", "with all of the reference"],
        ["weekday", "with the same weekday"],
        ["hour", "with the same hour"],
      ]),
    ],
    [
      "rolling",
      "Trading days of a moving window",
      input("rolling", String(plan.rolling ?? ""), { placeholder: "none", inputmode: "numeric" }),
    ],
    [
      "label_horizon",
      "Days until an outcome is known",
      input("label_horizon", String(plan.label_horizon ?? ""), { placeholder: "1", inputmode: "numeric" }),
    ],
    ["model", "Model in question", input("model", plan.model ?? "", { placeholder: "the one with most rows" })],
    [
      "segments",
      "Also count by columns (a; b, c)",
      input("segments", (options.segments ?? []).map((key) => key.join(", ")).join("; "), {
        placeholder: "country; country, device",
      }),
    ],
    [
      "max_bad_rows",
      "Share of bad rows that is allowed",
      input("max_bad_rows", String(plan.max_bad_rows ?? ""), { placeholder: "0.01", inputmode: "decimal" }),
    ],
    [
      "ignore",
      "Columns to leave out (a, b)",
      input("ignore", (options.ignore ?? []).join(", "), { placeholder: "request_id, note" }),
    ],
    [
      "decimal",
      "Before the decimals, where a log does not tell",
      choice("decimal", options.decimal, [
        ["", "what the log tells"],
        ["point", "a point: 1,234 is 1234"],
        ["comma", "a comma: 1,234 is 1.234"],
      ]),
    ],
    ["timezone", "Timezone of the days", input("timezone", options.timezone ?? "", { placeholder: "UTC, or +05:30" })],
  ];
  return section(
    "Questions",
    "They stand in the address, so that a link asks the same of other logs; no data do.",
    h(
      "form",
      {
        class: "form",
        onsubmit: (event: Event) => {
          event.preventDefault();
          const given = new FormData(event.target as HTMLFormElement);
          const text = (name: string) => String(given.get(name) ?? "").trim();
          // What is no number goes on as it is: core says what it expects.
          const numeric = (name: string) =>
            text(name) === "" ? undefined : Number.isNaN(Number(text(name))) ? text(name) : Number(text(name));
          const asked = {
            alpha: numeric("alpha"),
            rule: text("rule") || undefined,
            season: text("season") || undefined,
            rolling: numeric("rolling"),
            label_horizon: numeric("label_horizon"),
            model: text("model") || undefined,
            max_bad_rows: numeric("max_bad_rows"),
          };
          const segments = text("segments")
            .split(";")
            .map((key) =>
              key
                .split(",")
                .map((name) => name.trim())
                .filter(Boolean),
            )
            .filter((key) => key.length);
          const {
            alpha: _a,
            rule: _r,
            season: _s,
            rolling: _o,
            label_horizon: _l,
            model: _m,
            max_bad_rows: _b,
            ...others
          } = plan;
          const ignore = text("ignore")
            .split(",")
            .map((name) => name.trim())
            .filter(Boolean);
          const decimal = text("decimal") as DecimalMark | "";
          const { segments: _g, timezone: _t, ignore: _i, decimal: _d, ...rest } = options;
          apply({
            plan: {
              ...others,
              ...(Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as Plan),
            },
            options: {
              ...rest,
              ...(segments.length && { segments }),
              ...(ignore.length && { ignore }),
              ...(decimal && { decimal }),
              ...(text("timezone") && { timezone: text("timezone") }),
            },
          });
        },
      },
      fields.map(([id, label, field]) => h("div", {}, h("label", { for: id }, label), field)),
      h("p", { class: "actions" }, h("button", { type: "submit" }, "Ask again")),
    ),
  );
}

function quality(result: Result): HTMLElement | false {
  const of = result.report.reference_quality;
  return (
    of.length > 0 &&
    section(
      "How much the reference can show",
      undefined,
      more(counted(of.length, "column"), () =>
        table(
          "Reference quality",
          [
            { title: "column", head: true, cell: (one) => one.column, sort: (one) => one.column },
            { title: "days", number: true, cell: (one) => count(one.days), sort: (one) => one.days },
            {
              title: "worth independent days",
              number: true,
              cell: (one) => number(one.effective_days),
              sort: (one) => one.effective_days,
              hint: "days that depend on their neighbours say less than as many independent ones",
            },
            {
              title: "smallest shift noticed",
              number: true,
              cell: (one) => number(one.smallest_shift),
              sort: (one) => one.smallest_shift,
              hint: "in standard deviations of the daily means, with 80 % power",
            },
            { title: "hint", prose: true, cell: (one) => one.hint ?? "" },
          ],
          of,
        ),
      ),
    )
  );
}
