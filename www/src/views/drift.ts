// Has anything changed? Findings by importance, distributions over each other, and when it began.

import type { Distribution, Finding, Report, Series } from "driftgate";

import { plot, type Band, type Line, type Plot } from "../chart";
import { h, table } from "../element";
import { count, counted, KINDS, number, percent, probability, slice, words } from "../format";
import { evidence, meaningOf, more, pill, section } from "./parts";

/** The view, and what is still computed for it. */
export function drift(report: Report, moving: Promise<Report> | undefined): HTMLElement {
  if (!report.reference) return alone(report);
  const found = report.findings.filter(({ verdict }) => verdict === "drift");
  const open = report.findings.filter(({ verdict }) => verdict === "inconclusive");
  const calm = report.findings.length - found.length - open.length;
  return h("div", { class: "view" },
    overTime(report, moving),
    section("What changed", found.length ? "Most important first. Open one to see the numbers behind it." : undefined,
      found.length
        ? h("ol", { class: "findings" }, grouped(found).map(group))
        : h("p", {}, `Nothing: ${counted(calm, "test")} found no drift${open.length ? `, ${count(open.length)} could not say` : ""}.`),
      open.length > 0 && more(`${counted(open.length, "finding")} with too little data to say`, () => h("ol", { class: "findings" }, grouped(open).map(group))),
      more("All findings as a table", () => findingsTable(report.findings))),
    distributions(report));
}

function alone(report: Report): HTMLElement {
  return h("div", { class: "view" }, overTime(report, undefined), section("Compared with what?",
    "There is no reference yet. Drop a second log, or choose under Data which file is the reference; a log with times can be compared with its own past."),
    distributions(report));
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

const whatOf = (finding: Finding): string => (finding.column ? `${KINDS[finding.kind]}, ${words(finding.method)}` : words(finding.method));

function group(findings: Finding[]): HTMLElement {
  const [first] = findings as [Finding];
  const others = findings.length - 1;
  const details = h("details", {}, h("summary", {}, pill(first.verdict, first.severity),
    h("span", { class: "said" }, h("strong", {}, nameOf(first)), " ", h("span", { class: "kind" }, whatOf(first), others > 0 && ` and ${counted(others, "finding")} more`), h("span", { class: "message" }, first.message))));
  const inside = () => findings.map((finding, at) => h("div", { class: "evidence" },
    at > 0 && h("p", {}, pill(finding.verdict, finding.severity), " ", h("span", { class: "kind" }, whatOf(finding)), " ", finding.message), evidence(finding)));
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(...inside()), { once: true });
  return h("li", {}, details);
}

function findingsTable(findings: Finding[]): HTMLElement {
  return table("All findings", [
    { title: "about", head: true, cell: (one) => one.column ?? KINDS[one.kind], sort: (one) => one.column ?? KINDS[one.kind] },
    { title: "slice", cell: (one) => slice(one.where, "model"), sort: (one) => slice(one.where, "model") },
    { title: "method", cell: (one) => h("abbr", { title: meaningOf(one.method) ?? words(one.method) }, words(one.method)), sort: (one) => one.method },
    { title: "verdict", cell: (one) => pill(one.verdict, one.severity), sort: (one) => ({ none: 0, inconclusive: 1, drift: 2 })[one.verdict] },
    { title: "effect", number: true, cell: (one) => number(one.effect), sort: (one) => one.effect, hint: "how large the change is, on the scale of the method" },
    { title: "reference", number: true, cell: (one) => number(one.reference), sort: (one) => one.reference },
    { title: "current", number: true, cell: (one) => number(one.current), sort: (one) => one.current },
    { title: "p", number: true, cell: (one) => probability(one.p_value), sort: (one) => one.p_value, hint: "the chance of a difference at least this large if nothing had changed" },
    { title: "p adjusted", number: true, cell: (one) => probability(one.p_adjusted), sort: (one) => one.p_adjusted, hint: "over all columns together" },
    { title: "n", number: true, cell: (one) => count(one.n_current), sort: (one) => one.n_current, hint: "values in the current window" },
  ], findings);
}

// Over time

const WINDOWS = ["reference", "baseline", "current"] as const;

/** Where each bucket of each window stands. */
interface Timeline {
  at: string[];
  starts: { at: number; window: string }[];
  place: Map<string, number>;
}

/** Windows behind each other, without what lies between them; those of the same days over each other. */
function timeline(series: Series[]): Timeline {
  const windows = WINDOWS.map((window) => ({ window, days: [...new Set(series.filter((one) => one.window === window).flatMap((one) => one.at))].sort() })).filter(({ days }) => days.length);
  const apart = windows.every(({ days }, at) => at === 0 || days[0]! > windows[at - 1]!.days.at(-1)!);
  const at = apart ? windows.flatMap(({ days }) => days) : [...new Set(windows.flatMap(({ days }) => days))].sort();
  const places = new Map(at.map((day, place) => [day, place]));
  const place = new Map(windows.flatMap(({ window, days }) => days.map((day) => [`${window} ${day}`, places.get(day) ?? 0] as const)));
  const starts = apart ? windows.map(({ window, days }) => ({ at: places.get(days[0]!) ?? 0, window })) : [];
  return { at, starts, place };
}

function overTime(report: Report, moving: Promise<Report> | undefined): HTMLElement {
  const lines = report.series.filter((one) => one.window !== "baseline");
  const columns = [...new Set(lines.filter((one) => one.metric === "mean").map((one) => one.column ?? ""))];
  const error = lines.find((one) => ["mae", "accuracy"].includes(one.metric))?.metric;
  const choices = [...(error ? [error] : []), ...columns, "rows"];
  if (!lines.length || !report.current?.first_day) return h("div");
  const host = h("div");
  const onset = h("p", { class: "lead", "aria-live": "polite" }, moving && "Judging every ten trading days …");
  const days = timeline(lines);
  let since: string | undefined;
  const show = (chosen: string) => {
    const picked = lines.filter((one) => one.values.length && (columns.includes(chosen) ? one.metric === "mean" && one.column === chosen : one.metric === chosen && !one.column));
    const what = columns.includes(chosen) ? `mean of ${chosen}` : chosen === "rows" ? "rows a day" : chosen === "mae" ? "mean absolute error" : chosen;
    const drawn = timePlot(what, picked, lines, days, since, report.current?.resolution ?? "day");
    host.replaceChildren(plot(drawn), more("As a table", () => seriesTable(what, picked)));
  };
  const select = h("select", { id: "over-time", onchange: () => show(select.value) }, choices.map((choice) => h("option", { value: choice }, choice === "rows" ? "rows" : choice === error ? (choice === "mae" ? "mean absolute error" : choice) : `mean of ${choice}`)));
  const regimes = regimeNames(lines);
  if (choices[0]) show(choices[0]);
  moving?.then((of) => {
    const alarms = of.rolling.filter(({ verdict }) => verdict === "drift");
    const first = alarms[0];
    since = first?.to;
    const share = alarms.length / Math.max(of.rolling.length, 1);
    onset.replaceChildren(first
      ? `Judged by every ten trading days, drift is first seen on ${first.to}; ${percent(share)} of these ${count(of.rolling.length)} windows alarm.`
      : of.rolling.length ? `None of ${count(of.rolling.length)} windows of ten trading days alarms.` : "");
    if (since) show(select.value);
  }).catch((error: Error) => onset.replaceChildren(`When it began is not known: ${error.message}`));
  return section("Over time", onset,
    h("div", { class: "controls" }, h("label", { for: "over-time" }, "Show"), select, regimes.length > 0 && h("ul", { class: "legend", "aria-label": "Regimes" }, regimes.map((name, at) => h("li", {}, h("span", { class: `swatch regime-${at % 5}` }), name)))),
    host);
}

function regimeNames(lines: Series[]): string[] {
  return [...new Set(lines.filter((one) => one.metric === "regime").flatMap((one) => one.labels))].filter(Boolean);
}

function timePlot(what: string, picked: Series[], lines: Series[], days: Timeline, since: string | undefined, resolution: string): Plot {
  const drawn: Line[] = picked.map((one) => {
    const values: (number | null)[] = days.at.map(() => null);
    one.at.forEach((at, place) => (values[days.place.get(`${one.window} ${at}`) ?? -1] = one.values[place] ?? null));
    return { label: one.window, colour: one.window, values };
  });
  const names = regimeNames(lines);
  const regimes = new Map(lines.filter((one) => one.metric === "regime").flatMap((one) => one.at.map((at, place) => [days.place.get(`${one.window} ${at}`) ?? 0, one.labels[place] ?? ""] as const)));
  const bands: Band[] = [...regimes].sort(([a], [b]) => a - b).map(([x, name]) => ({ from: x - 0.5, to: x + 0.5, colour: `regime-${names.indexOf(name) % 5}` }));
  const marks = days.starts.length > 1 ? days.starts.map(({ at, window }) => ({ at: at - 0.5, label: `${window} from ${days.at[at]?.slice(0, 10)}` })).slice(1) : [];
  const seen = since && days.at.findIndex((at, place) => at.startsWith(since) && place >= (days.starts.at(-1)?.at ?? 0));
  if (typeof seen === "number" && seen >= 0) marks.push({ at: seen, label: "drift first seen" });
  return {
    label: `${what} by ${resolution}, ${drawn.map((line) => line.label).join(" and ")}; the table below holds the values`,
    x: days.at.map((_, at) => at),
    lines: drawn,
    bands: merged(bands),
    marks,
    xLabel: `${resolution} (UTC); days without rows are left out`,
    yLabel: what,
    xText: (at) => days.at[Math.round(at)]?.slice(0, resolution === "hour" ? 16 : 10).replace("T", " ") ?? "",
    fromZero: what !== "accuracy",
    height: 240,
  };
}

/** Neighbouring stretches of one colour as one. */
function merged(bands: Band[]): Band[] {
  const joined: Band[] = [];
  for (const band of bands) {
    const last = joined.at(-1);
    if (last && last.colour === band.colour && last.to === band.from) last.to = band.to;
    else joined.push({ ...band });
  }
  return joined;
}

function seriesTable(what: string, picked: Series[]): HTMLElement {
  const rows = picked.flatMap((one) => one.at.map((at, place) => ({ window: one.window, at, value: one.values[place] })));
  return table(`${what} over time`, [
    { title: "day", head: true, cell: (row) => row.at.replace("T", " "), sort: (row) => row.at },
    { title: "window", cell: (row) => row.window, sort: (row) => row.window },
    { title: what, number: true, cell: (row) => number(row.value), sort: (row) => row.value },
  ], rows, 30);
}

// Distributions

function distributions(report: Report): HTMLElement {
  const of = report.distributions ?? [];
  if (!of.length) return h("div");
  const rank = (one: Distribution) => {
    const at = report.findings.findIndex(({ kind, column }) => kind === one.kind && (column ?? one.column) === one.column);
    return at < 0 ? Infinity : at;
  };
  const sorted = of.map((one) => ({ one, rank: rank(one) })).sort((a, b) => a.rank - b.rank);
  return section("Distributions", "Shares of the rows of each window; what drifted comes first. What lies beyond the plot is said under it.",
    h("ul", { class: "legend" }, WINDOWS.filter((window) => report[window]).map((window) => h("li", {}, h("span", { class: `swatch ${window}` }), window))),
    h("div", { class: "grid" }, sorted.map(({ one, rank }) => distribution(one, report.findings[rank]))));
}

function distribution(of: Distribution, finding: Finding | undefined): HTMLElement {
  const name = of.column;
  return h("article", { class: "distribution" },
    h("h3", {}, name, " ", finding && pill(finding.verdict, finding.severity)),
    h("p", { class: "small" }, finding ? `${words(finding.method)} ${number(finding.effect)}${finding.p_adjusted !== null && finding.p_adjusted !== undefined ? `, adjusted p ${probability(finding.p_adjusted)}` : ""}${finding.outside ? ", beyond every reference day" : ""}` : "not judged"),
    of.edges.length ? histogram(name, of) : bars(name, of),
    h("p", { class: "small" }, beyond(of)),
    more("As a table", () => distributionTable(name, of)));
}

type Side = "reference" | "current" | "baseline";

const sides = (of: Distribution): Side[] => (["reference", "baseline", "current"] as const).filter((side) => of[side]);

const shares = (of: Distribution, side: Side): number[] => (of[side]?.counts ?? []).map((rows) => rows / Math.max(of[side]?.values ?? 0, 1));

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
  return h("div", { class: "bars", role: "img", "aria-label": `Shares of the values of ${name}; the table below holds them` },
    of.levels.slice(0, 10).map((level, at) => h("div", { class: "level" }, h("span", { class: "name" }, level || "(empty)"), h("span", {}, shown.map((side) => bar(side, shares(of, side)[at] ?? 0))))));
}

/** What the plot does not show. */
function beyond(of: Distribution): string {
  const parts = sides(of).flatMap((side) => {
    const counts = of[side];
    const outside = (counts?.below ?? 0) + (counts?.above ?? 0) + (counts?.other ?? 0);
    const said = [outside > 0 && `${count(outside)} ${of.edges.length ? "beyond the plot" : "of other values"}`, (counts?.missing ?? 0) > 0 && `${count(counts?.missing)} missing`].filter(Boolean);
    return said.length ? [`${side}: ${said.join(", ")}`] : [];
  });
  return parts.join("; ");
}

function distributionTable(name: string, of: Distribution): HTMLElement {
  const labels = of.edges.length ? of.edges.slice(1).map((to, at) => `${number(of.edges[at])} to ${number(to)}`) : of.levels;
  const rows = labels.map((label, at) => ({ label, at }));
  return table(`Distribution of ${name}`, [
    { title: of.edges.length ? "from – to" : "value", head: true, cell: (row) => row.label || "(empty)" },
    ...sides(of).flatMap((side) => [
      { title: side, number: true, cell: (row: { at: number }) => count(of[side]?.counts[row.at]), sort: (row: { at: number }) => of[side]?.counts[row.at] },
      { title: "share", number: true, cell: (row: { at: number }) => percent(shares(of, side)[row.at]), sort: (row: { at: number }) => shares(of, side)[row.at] },
    ]),
  ], rows, 60);
}
