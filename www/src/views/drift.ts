// Has anything changed? Findings by importance, with the numbers behind them.

import type { Finding, Report } from "driftgate";

import { h, hint, table } from "../element";
import { count, counted, KINDS, number, probability, slice, words } from "../format";
import { distributions } from "./distributions";
import { overTime } from "./over_time";
import { evidence, methodMeaning, more, pill, section } from "./parts";

/** The view, with the verdicts of moving windows, or while they are computed. */
export function drift(report: Report, moving: Promise<Report> | Report | undefined): HTMLElement {
  if (!report.reference) return alone(report);
  const found = report.findings.filter(({ verdict }) => verdict === "drift");
  const open = report.findings.filter(({ verdict }) => verdict === "inconclusive");
  const calm = report.findings.length - found.length - open.length;
  return h(
    "div",
    { class: "view" },
    overTime(report, moving),
    section(
      "What changed",
      found.length ? "Most important first. Open one to see the numbers behind it." : undefined,
      found.length
        ? h("ol", { class: "findings" }, grouped(found).map(group))
        : h(
            "p",
            {},
            `Nothing: ${counted(calm, "test")} found no drift${open.length ? `, ${count(open.length)} could not say` : ""}.`,
          ),
      open.length > 0 &&
        more(`${counted(open.length, "finding")} with too little data to say`, () =>
          h("ol", { class: "findings" }, grouped(open).map(group)),
        ),
      more("All findings as a table", () => findingsTable(report.findings)),
    ),
    distributions(report),
  );
}

function alone(report: Report): HTMLElement {
  return h(
    "div",
    { class: "view" },
    overTime(report, undefined),
    section(
      "Compared with what?",
      "There is no reference yet. Drop a second log, or choose under Data which file is the reference; a log with times can be compared with its own past.",
    ),
    distributions(report),
  );
}

/** Findings on the same column, or of the same kind, belong together; the first is the most important. */
function grouped(findings: Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const name = nameOf(finding);
    groups.set(name, [...(groups.get(name) ?? []), finding]);
  }
  return [...groups.values()];
}

const nameOf = (finding: Finding): string => finding.column ?? KINDS[finding.kind];

const whatOf = (finding: Finding): string =>
  finding.column ? `${KINDS[finding.kind]}, ${words(finding.method)}` : words(finding.method);

function group(findings: Finding[]): HTMLElement {
  const [first] = findings as [Finding];
  const others = findings.length - 1;
  const details = h(
    "details",
    {},
    h(
      "summary",
      {},
      pill(first.verdict, first.severity),
      h(
        "span",
        { class: "said" },
        h("strong", {}, nameOf(first)),
        " ",
        h("span", { class: "kind" }, whatOf(first), others > 0 && ` and ${counted(others, "finding")} more`),
        h("span", { class: "message" }, first.message),
      ),
    ),
  );
  const inside = () =>
    findings.map((finding, at) =>
      h(
        "div",
        { class: "evidence" },
        at > 0 &&
          h(
            "p",
            {},
            pill(finding.verdict, finding.severity),
            " ",
            h("span", { class: "kind" }, whatOf(finding)),
            " ",
            finding.message,
          ),
        evidence(finding),
      ),
    );
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(...inside()), { once: true });
  return h("li", {}, details);
}

function findingsTable(findings: Finding[]): HTMLElement {
  return table(
    "All findings",
    [
      { title: "about", head: true, cell: (one) => one.column ?? KINDS[one.kind], sort: (one) => one.column ?? KINDS[one.kind] },
      { title: "slice", cell: (one) => slice(one.where, "model"), sort: (one) => slice(one.where, "model") },
      {
        title: "method",
        cell: (one) => hint(words(one.method), methodMeaning(one.method)),
        sort: (one) => one.method,
      },
      {
        title: "verdict",
        cell: (one) => pill(one.verdict, one.severity),
        sort: (one) => ({ none: 0, inconclusive: 1, drift: 2 })[one.verdict],
      },
      {
        title: "effect",
        number: true,
        cell: (one) => number(one.effect),
        sort: (one) => one.effect,
        hint: "how large the change is, on the scale of the method",
      },
      { title: "reference", number: true, cell: (one) => number(one.reference), sort: (one) => one.reference },
      { title: "current", number: true, cell: (one) => number(one.current), sort: (one) => one.current },
      {
        title: "p",
        number: true,
        cell: (one) => probability(one.p_value),
        sort: (one) => one.p_value,
        hint: "the chance of a difference at least this large if nothing had changed",
      },
      {
        title: "p adjusted",
        number: true,
        cell: (one) => probability(one.p_adjusted),
        sort: (one) => one.p_adjusted,
        hint: "over all columns together",
      },
      {
        title: "n",
        number: true,
        cell: (one) => count(one.n_current),
        sort: (one) => one.n_current,
        hint: "values in the current window",
      },
    ],
    findings,
  );
}
