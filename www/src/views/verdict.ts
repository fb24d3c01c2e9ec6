// The verdict in a sentence, and what it rests on.

import type { Problem, Report } from "driftgate";

import { h } from "../element";
import { count, counted, days } from "../format";
import { WINDOWS } from "./parts";

/** The verdict of a report; `files` says what a window was read from. In a line where another question stands first. */
export function verdict(
  report: Report,
  files: (window: WindowName) => string[],
  inALine = false,
  ...more: (Node | false | undefined)[]
): HTMLElement {
  const [first, ...others] = sentences(report.summary);
  return h(
    "section",
    { class: inALine ? "card line" : `card verdict ${report.verdict}` },
    h("h1", {}, first ?? ""),
    !inALine &&
      others.length > 0 &&
      h(
        "ul",
        { class: "notes" },
        others.map((sentence) => h("li", {}, sentence)),
      ),
    h(
      "div",
      { class: "windows" },
      WINDOWS.map((name) => windowOf(name, report, files(name))),
    ),
    more,
  );
}

type WindowName = (typeof WINDOWS)[number];

/** A sentence ends with a point before a blank; numbers have points inside. */
const sentences = (text: string): string[] => text.split(/(?<=\.) /).filter(Boolean);

const place = ({ source, line, message }: Problem): string => `${source}${line ? ` line ${line}` : ""}: ${message}`;

function windowOf(name: WindowName, report: Report, files: string[]): HTMLElement | false {
  const window = report[name];
  if (!window) return false;
  const models = Object.keys(window.models).length;
  const { problem_count = 0, problems = [] } = report.provenance[name] ?? {};
  return h(
    "div",
    { class: name },
    h("strong", {}, name),
    ` ${counted(window.rows, "row")}`,
    h("span", {}, days(window.first_day, window.last_day)),
    h(
      "span",
      {},
      files.length > 3 ? counted(files.length, "file") : files.join(", "),
      window.model ? ` · ${window.model}${models > 1 ? ` (of ${count(models)} models)` : ""}` : "",
    ),
    problems[0] && h("span", { class: "notice" }, `${counted(problem_count, "problem")}, such as: ${place(problems[0])}`),
  );
}
