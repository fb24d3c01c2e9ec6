// How it went, and when it began.

import type { Report, Series } from "driftgate";

import { plot, type Band, type Line, type Plot } from "../chart";
import { h, table } from "../element";
import { count, number, percent } from "../format";
import { more, section, WINDOWS } from "./parts";

/** How long a bucket is. */
const SPANS: Record<string, string> = {
  hour: "an hour",
  day: "a day",
  week: "a week",
  "four-week span": "a four-week span",
};

/** A gap so many times the usual step breaks a line: a week without rows does not. */
const LONG = 10;

/** Where each bucket of each window stands. */
interface Timeline {
  at: string[];
  starts: { at: number; window: string }[];
  place: Map<string, number>;
  /** How long a bucket of each window is: a long log has longer ones. */
  units: [string, string][];
}

/** Windows behind each other, without what lies between them; those of the same days over each other. */
function timeline(report: Report, series: Series[]): Timeline {
  const windows = WINDOWS.map((window) => ({
    window,
    days: [...new Set(series.filter((one) => one.window === window).flatMap((one) => one.at))].sort(),
  })).filter(({ days }) => days.length);
  const apart = windows.every(({ days }, at) => at === 0 || days[0]! > windows[at - 1]!.days.at(-1)!);
  const at = apart ? windows.flatMap(({ days }) => days) : [...new Set(windows.flatMap(({ days }) => days))].sort();
  const places = new Map(at.map((day, place) => [day, place]));
  const place = new Map(
    windows.flatMap(({ window, days }) => days.map((day) => [`${window} ${day}`, places.get(day) ?? 0] as const)),
  );
  const starts = apart ? windows.map(({ window, days }) => ({ at: places.get(days[0]!) ?? 0, window })) : [];
  const units = windows.map(({ window, days }): [string, string] => [window, unit(report, window, days)]);
  return { at, starts, place, units };
}

/** A log of a few weeks is told by the hour, which says nothing where each day has one. */
function unit(report: Report, window: (typeof WINDOWS)[number], buckets: string[]): string {
  const hours = new Set(buckets.map((at) => at.slice(0, 10))).size < buckets.length;
  return hours ? "hour" : (report[window]?.resolution ?? "day");
}

/** How long a bucket of every window is, if they are alike. */
const common = (units: Timeline["units"]): string | undefined =>
  units.every(([, unit]) => unit === units[0]?.[1]) ? units[0]?.[1] : undefined;

/** Errors, rows or a column's mean over the days, with regimes shaded and the onset marked as soon as it is known. */
export function overTime(report: Report, moving: Promise<Report> | Report | undefined): HTMLElement {
  const lines = report.series.filter((one) => one.window !== "baseline");
  const columns = [...new Set(lines.filter((one) => one.metric === "mean").map((one) => one.column ?? ""))];
  const error = lines.find((one) => ["mae", "accuracy"].includes(one.metric))?.metric;
  const days = timeline(report, lines);
  const unit = common(days.units);
  // Rows of a day and of an hour are no two values of one thing.
  const choices = [...(error ? [error] : []), ...columns, ...(unit ? ["rows"] : [])];
  if (!report.current?.first_day || (!choices.length && !moving)) return h("div");
  const host = h("div");
  const onset = h(
    "span",
    { "aria-live": "polite" },
    moving ? "Judging every few trading days …" : "Days without rows are left out.",
  );
  let since: string | undefined;
  const show = (chosen: string) => {
    const picked = lines.filter(
      (one) =>
        one.values.length &&
        (columns.includes(chosen) ? one.metric === "mean" && one.column === chosen : one.metric === chosen && !one.column),
    );
    const what = columns.includes(chosen)
      ? `mean of ${chosen}`
      : chosen === "rows"
        ? `rows in ${SPANS[unit ?? "day"]}`
        : chosen === "mae"
          ? "mean absolute error"
          : chosen;
    const drawn = timePlot(what, picked, lines, days, since);
    host.replaceChildren(
      plot(drawn),
      more("As a table", () => seriesTable(what, picked)),
    );
  };
  const select = h(
    "select",
    { id: "over-time", onchange: () => show(select.value) },
    choices.map((choice) =>
      h(
        "option",
        { value: choice },
        choice === "rows" ? "rows" : choice === error ? (choice === "mae" ? "mean absolute error" : choice) : `mean of ${choice}`,
      ),
    ),
  );
  const regimes = regimeNames(lines);
  if (choices[0]) show(choices[0]);
  const judged = (of: Report) => {
    const alarms = of.rolling.filter(({ verdict }) => verdict === "drift");
    const first = alarms[0];
    since = first?.to;
    const share = alarms.length / Math.max(of.rolling.length, 1);
    onset.replaceChildren(
      first
        ? `Judged by every ${of.plan.rolling} trading days, drift is first seen on ${first.to}; ${percent(share)} of these ${count(of.rolling.length)} windows alarm.`
        : of.rolling.length
          ? `None of ${count(of.rolling.length)} windows of ${of.plan.rolling} trading days alarms.`
          : "",
    );
    if (since && select.value) show(select.value);
  };
  if (moving instanceof Promise) {
    moving.then(judged).catch((error: Error) => onset.replaceChildren(`When it began is not known: ${error.message}`));
  } else if (moving) judged(moving);
  return section(
    "Over time",
    h(
      "p",
      { class: "lead" },
      onset,
      choices.length > 0 &&
        !unit &&
        ` A step is ${days.units.map(([window, unit]) => `${SPANS[unit]} of the ${window}`).join(", ")}; shorter ones swing more.`,
    ),
    choices.length > 0 &&
      h(
        "div",
        { class: "controls" },
        h("label", { for: "over-time" }, "Show"),
        select,
        regimes.length > 0 &&
          h(
            "ul",
            { class: "legend", "aria-label": "Regimes" },
            regimes.map((name, at) => h("li", {}, h("span", { class: `swatch regime-${at % 5}` }), name)),
          ),
      ),
    host,
  );
}

/** The most usual one first: it is drawn in the calmest colour, whichever of them a log begins with. */
function regimeNames(lines: Series[]): string[] {
  const days = new Map<string, number>();
  for (const name of lines.filter((one) => one.metric === "regime").flatMap((one) => one.labels)) {
    if (name) days.set(name, (days.get(name) ?? 0) + 1);
  }
  return [...days].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
}

function timePlot(what: string, picked: Series[], lines: Series[], days: Timeline, since: string | undefined): Plot {
  const drawn: Line[] = picked.map((one) => {
    const values = new Array<number | undefined>(days.at.length).fill(undefined);
    one.at.forEach((at, place) => (values[days.place.get(`${one.window} ${at}`)!] = one.values[place] ?? undefined));
    return { label: one.window, colour: one.window, values: broken(values) };
  });
  const by = common(days.units) ?? "step";
  const hours = days.units.some(([, unit]) => unit === "hour");
  const names = regimeNames(lines);
  const regimes = new Map(
    lines
      .filter((one) => one.metric === "regime")
      .flatMap((one) =>
        one.at.map((at, place) => [days.place.get(`${one.window} ${at}`) ?? 0, one.labels[place] ?? ""] as const),
      ),
  );
  const bands: Band[] = [...regimes]
    .sort(([a], [b]) => a - b)
    .map(([x, name]) => ({ from: x - 0.5, to: x + 0.5, colour: `regime-${names.indexOf(name) % 5}` }));
  const marks =
    days.starts.length > 1
      ? days.starts.map(({ at, window }) => ({ at: at - 0.5, label: `${window} from ${days.at[at]?.slice(0, 10)}` })).slice(1)
      : [];
  const seen = since && days.at.findIndex((at, place) => at.startsWith(since) && place >= (days.starts.at(-1)?.at ?? 0));
  if (typeof seen === "number" && seen >= 0) marks.push({ at: seen, label: "drift first seen" });
  return {
    label: `${what} by ${by}, ${drawn.map((line) => line.label).join(" and ")}; the table below holds the values`,
    x: days.at.map((_, at) => at),
    lines: drawn,
    bands: merged(bands),
    marks,
    xLabel: by,
    yLabel: what,
    xText: (at) => days.at[Math.round(at)]?.slice(0, hours ? 16 : 10).replace("T", " ") ?? "",
    fromZero: what !== "accuracy",
    height: 240,
  };
}

/** A line ends where there is nothing for much longer than usual: what lies between is not known. */
function broken(values: (number | undefined)[]): Line["values"] {
  const places = [...values.keys()].filter((at) => values[at] !== undefined);
  const spaces = places.slice(1).map((at, before) => at - places[before]!);
  const usual = [...spaces].sort((a, b) => a - b)[spaces.length >> 1] ?? 1;
  const line: Line["values"] = [...values];
  spaces.forEach((space, before) => space > LONG * usual && line.fill(null, places[before]! + 1, places[before + 1]));
  return line;
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
  return table(
    `${what} over time`,
    [
      { title: "from", head: true, cell: (row) => row.at.replace("T", " "), sort: (row) => row.at },
      { title: "window", cell: (row) => row.window, sort: (row) => row.window },
      { title: what, number: true, cell: (row) => number(row.value), sort: (row) => row.value },
    ],
    rows,
    30,
  );
}
