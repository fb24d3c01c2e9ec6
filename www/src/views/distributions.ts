// How values are spread, in all windows over each other.

import type { Distribution, Finding, Report } from "driftgate";

import { plot } from "../chart";
import { h, table } from "../element";
import { count, number, percent, probability, words } from "../format";
import { more, pill, section, WINDOWS } from "./parts";

/** Every column's values in each window, what drifted first. */
export function distributions(report: Report): HTMLElement {
  const of = report.distributions ?? [];
  if (!of.length) return h("div");
  const rank = (one: Distribution) => {
    const at = report.findings.findIndex(({ kind, column }) => kind === one.kind && (column ?? one.column) === one.column);
    return at < 0 ? Infinity : at;
  };
  const sorted = of.map((one) => ({ one, rank: rank(one) })).sort((a, b) => a.rank - b.rank);
  return section(
    "Distributions",
    "Shares of the rows of each window; what drifted comes first. What lies beyond the plot is said under it.",
    h(
      "ul",
      { class: "legend" },
      WINDOWS.filter((window) => report[window]).map((window) => h("li", {}, h("span", { class: `swatch ${window}` }), window)),
    ),
    h(
      "div",
      { class: "grid" },
      sorted.map(({ one, rank }) =>
        distribution(
          one,
          report.findings[rank],
          report.findings.find(({ column }) => column === one.column),
        ),
      ),
    ),
  );
}

/** `worst` is the most important finding on the column, `finding` the one on its distribution. */
function distribution(of: Distribution, finding: Finding | undefined, worst = finding): HTMLElement {
  const name = of.column;
  return h(
    "article",
    { class: "distribution" },
    h("h3", {}, name, " ", worst && pill(worst.verdict, worst.severity)),
    h(
      "p",
      { class: "small" },
      finding
        ? `${words(finding.method)} ${number(finding.effect)}${finding.p_adjusted !== null && finding.p_adjusted !== undefined ? `, adjusted p ${probability(finding.p_adjusted)}` : ""}${finding.outside ? ", beyond every reference day" : ""}`
        : "not judged",
    ),
    of.edges.length ? histogram(name, of) : bars(name, of),
    h("p", { class: "small" }, beyond(of)),
    more("As a table", () => distributionTable(name, of)),
  );
}

type Side = (typeof WINDOWS)[number];

const sides = (of: Distribution): Side[] => WINDOWS.filter((side) => of[side]);

const shares = (of: Distribution, side: Side): number[] =>
  (of[side]?.counts ?? []).map((rows) => rows / Math.max(of[side]?.values ?? 0, 1));

function histogram(name: string, of: Distribution): HTMLElement {
  return plot({
    label: `Distribution of ${name}: ${sides(of).join(" and ")}; the table below holds the values`,
    x: of.edges,
    lines: sides(of).map((side) => {
      const values = shares(of, side);
      return { label: side, colour: side, kind: "steps" as const, values: [...values, values.at(-1) ?? 0] };
    }),
    xLabel: name,
    yLabel: "share of rows",
    yText: percent,
    fromZero: true,
    height: 170,
    legend: false,
  });
}

function bars(name: string, of: Distribution): HTMLElement {
  const shown = sides(of);
  const most = Math.max(...shown.flatMap((side) => shares(of, side)), 1e-9);
  const bar = (side: Side, share: number) => {
    const line = h("span", { class: `bar ${side}` });
    line.style.inlineSize = `${(share / most) * 100}%`;
    return h("span", { class: "track" }, line, h("span", { class: "value" }, percent(share)));
  };
  return h(
    "div",
    { class: "bars", role: "img", "aria-label": `Shares of the values of ${name}; the table below holds them` },
    of.levels.slice(0, 10).map((level, at) =>
      h(
        "div",
        { class: "level" },
        h("span", { class: "name", title: level }, level || "(empty)"),
        h(
          "span",
          {},
          shown.map((side) => bar(side, shares(of, side)[at] ?? 0)),
        ),
      ),
    ),
  );
}

/** What the plot does not show. */
function beyond(of: Distribution): string {
  const parts = sides(of).flatMap((side) => {
    const counts = of[side];
    const outside = (counts?.below ?? 0) + (counts?.above ?? 0) + (counts?.other ?? 0);
    const said = [
      outside > 0 && `${count(outside)} ${of.edges.length ? "beyond the plot" : "of other values"}`,
      (counts?.missing ?? 0) > 0 && `${count(counts?.missing)} missing`,
    ].filter(Boolean);
    return said.length ? [`${side}: ${said.join(", ")}`] : [];
  });
  return parts.join("; ");
}

function distributionTable(name: string, of: Distribution): HTMLElement {
  const labels = of.edges.length ? of.edges.slice(1).map((to, at) => `${number(of.edges[at])} to ${number(to)}`) : of.levels;
  const rows = labels.map((label, at) => ({ label, at }));
  return table(
    `Distribution of ${name}`,
    [
      { title: of.edges.length ? "from – to" : "value", head: true, cell: (row) => row.label || "(empty)" },
      ...sides(of).flatMap((side) => [
        {
          title: side,
          number: true,
          cell: (row: { at: number }) => count(of[side]?.counts[row.at]),
          sort: (row: { at: number }) => of[side]?.counts[row.at],
        },
        {
          title: "share",
          number: true,
          cell: (row: { at: number }) => percent(shares(of, side)[row.at]),
          sort: (row: { at: number }) => shares(of, side)[row.at],
        },
      ]),
    ],
    rows,
    60,
  );
}
