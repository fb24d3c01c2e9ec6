// Is the model healthy, and why? Performance, calibration, trends, estimates, and the worst predictions.

import type { Health, Performance, Replay, Report } from "driftgate";

import { advice } from "../advice";
import { plot } from "../chart";
import { h, table } from "../element";
import { change, count, counted, days, interval, number, percent, slice, time, words } from "../format";
import { meaningOf, metricName } from "../metrics";
import { overTime } from "./over_time";
import { facts, intervalOf, modelOf, more, section, valueOf } from "./parts";

/** The view. */
export function health(report: Report, saveReplay: () => void): HTMLElement {
  return h(
    "div",
    { class: "view" },
    report.health && status(report.health),
    performance(report),
    overTime(report, undefined),
    calibration(report),
    versions(report),
    (report.targets ?? []).length > 0 && targets(report),
    (report.trends ?? []).length > 0 &&
      section(
        "Trends",
        "A straight line through the days of the current window.",
        h(
          "ul",
          { class: "trends" },
          (report.trends ?? []).map((one) =>
            h(
              "li",
              { class: one.direction },
              h("span", { class: "arrow", "aria-hidden": "true" }, { rising: "↗", falling: "↘", steady: "→" }[one.direction]),
              " ",
              slice(one.where),
              ": ",
              one.message,
            ),
          ),
        ),
      ),
    (report.estimates ?? []).length > 0 && estimates(report),
    confusion(report),
    report.replay && report.replay.rows > 0 && worst(report, report.replay, saveReplay),
    report.recent.length > 0 &&
      section(
        "Latest predictions",
        undefined,
        more(`The latest ${count(report.recent.length)}`, () => rows("Latest predictions", report.recent)),
      ),
  );
}

function status(of: Health): HTMLElement {
  const tone = { healthy: "pass", warning: "inconclusive", critical: "fail", unknown: "none" }[of.status as string] ?? "none";
  return h(
    "section",
    { class: `card verdict ${tone}` },
    h("h2", {}, of.message),
    h(
      "div",
      { class: "components" },
      of.components.map((one) => {
        const known = one.score !== null && one.score !== undefined;
        const fill = h("span", {
          class: `fill ${!known ? "" : one.score! >= 0.75 ? "pass" : one.score! >= 0.5 ? "inconclusive" : "fail"}`,
        });
        fill.style.inlineSize = `${(one.score ?? 0) * 100}%`;
        return h(
          "div",
          { class: "component" },
          h("h3", {}, words(one.name), " ", h("span", { class: "score" }, known ? one.score!.toFixed(2) : "unknown")),
          h("div", { class: "meter", "aria-hidden": "true" }, fill),
          h("p", { class: "small" }, advice(one.reason)),
        );
      }),
    ),
    h(
      "p",
      { class: "small" },
      "1 is as it should be, 0.5 the warning threshold, 0 the critical one or beyond. The least score counts; unknown ones do not.",
    ),
  );
}

/** Whole models of a window. */
const wholes = (report: Report, window: string): Performance[] =>
  report.performance.filter((one) => one.window === window && Object.keys(one.where).join() === "model");

function performance(report: Report): HTMLElement | false {
  const now = wholes(report, "current");
  const before = (["reference", "baseline"] as const)
    .map((window) => ({ window, of: wholes(report, window) }))
    .filter(({ of }) => of.some((one) => Object.keys(one.metrics).length));
  const lines = now.flatMap((one) =>
    Object.keys(one.metrics).map((metric) => ({ one, metric, value: one.metrics[metric], n: one.counts[metric] ?? one.pairs })),
  );
  if (!lines.length) return false;
  type Row = (typeof lines)[number];
  // The incumbent is another model; the reference knows the same one.
  const then = ({ window, of }: (typeof before)[number], { one, metric }: Row) =>
    (of.find((other) => other.where.model === one.where.model) ?? (window === "baseline" ? of[0] : undefined))?.metrics[metric];
  const changed = (before: number | undefined, value: number | undefined) =>
    before && value !== undefined ? (value - before) / Math.abs(before) : undefined;
  return section(
    "Performance",
    before.length ? `Now against the ${before.map(({ window }) => window).join(" and the ")}.` : undefined,
    table(
      "Performance",
      [
        { title: "model", head: true, cell: (row) => row.one.where.model ?? "", sort: (row) => row.one.where.model },
        { title: "metric", cell: (row) => metricName(row.metric), sort: (row) => row.metric },
        { title: "current", number: true, cell: (row) => number(row.value), sort: (row) => row.value },
        {
          title: "95 % interval",
          number: true,
          cell: (row) => intervalOf(row.one, row.metric),
          hint: "days are clusters: rows of one day are not independent",
        },
        ...before.flatMap((window) => [
          {
            title: window.window,
            number: true,
            cell: (row: Row) => number(then(window, row)),
            sort: (row: Row) => then(window, row),
          },
          {
            title: "change",
            number: true,
            cell: (row: Row) => change(changed(then(window, row), row.value)),
            sort: (row: Row) => changed(then(window, row), row.value),
          },
        ]),
        { title: "n", number: true, cell: (row) => count(row.n), sort: (row) => row.n },
      ],
      lines,
      40,
    ),
  );
}

function versions(report: Report): HTMLElement | false {
  const regimes = report.performance.filter(
    (one) => one.window === "current" && Object.keys(one.where).sort().join() === "model,regime",
  );
  if (!regimes.length) return false;
  const metrics = [...new Set(regimes.flatMap((one) => Object.keys(one.metrics)))].slice(0, 4);
  return section(
    "By regime",
    "Each model in each state of the world, in the current window.",
    table(
      "By regime",
      [
        { title: "model", head: true, cell: (one) => one.where.model ?? "", sort: (one) => one.where.model },
        { title: "regime", cell: (one) => one.where.regime || "(empty)", sort: (one) => one.where.regime },
        { title: "rows", number: true, cell: (one) => count(one.rows), sort: (one) => one.rows },
        ...metrics.map((metric) => ({
          title: words(metric),
          hint: meaningOf(metric),
          number: true,
          cell: (one: Performance) => valueOf(one, metric),
          sort: (one: Performance) => one.metrics[metric],
        })),
      ],
      regimes,
    ),
  );
}

function calibration(report: Report): HTMLElement | false {
  const model = modelOf(report);
  const of = (["reference", "baseline", "current"] as const).flatMap((window) => {
    const found = wholes(report, window).find((one) => window === "baseline" || one.where.model === model);
    return found?.reliability?.length ? [{ window, bins: found.reliability }] : [];
  });
  if (!of.length) return false;
  const x = [...new Set(of.flatMap(({ bins }) => bins.map((bin) => bin.confidence)).concat(0, 1))].sort((a, b) => a - b);
  const values = (bins: (typeof of)[number]["bins"]) => x.map((at) => bins.find((bin) => bin.confidence === at)?.accuracy);
  return section(
    "Calibration",
    "Of predictions made with a confidence of 0.8, eight in ten should come true: a calibrated model follows the dashed line.",
    h(
      "div",
      { class: "square" },
      plot({
        label: `Reliability of ${model}; the table below holds the values`,
        x,
        lines: [
          { label: "calibrated", colour: "ink-soft", values: x, kind: "dashed" },
          ...of.map(({ window, bins }) => ({ label: window, colour: window, values: values(bins), kind: "points" as const })),
        ],
        xLabel: "mean confidence",
        yLabel: "share that came true",
        range: { x: [0, 1], y: [0, 1] },
        height: 320,
      }),
    ),
    more("As a table", () =>
      table(
        "Reliability",
        [
          { title: "window", head: true, cell: (one) => one.window },
          { title: "confidence", cell: (one) => `${number(one.from)} to ${number(one.to)}` },
          { title: "mean confidence", number: true, cell: (one) => number(one.confidence), sort: (one) => one.confidence },
          { title: "came true", number: true, cell: (one) => percent(one.accuracy), sort: (one) => one.accuracy },
          { title: "rows", number: true, cell: (one) => count(one.pairs), sort: (one) => one.pairs },
        ],
        of.flatMap(({ window, bins }) => bins.map((bin) => ({ window, ...bin }))),
      ),
    ),
  );
}

function targets(report: Report): HTMLElement {
  return section(
    "Use",
    "How the model is used, against what it should be.",
    table(
      "Targets",
      [
        { title: "model", head: true, cell: (one) => slice(one.where) },
        { title: "what", cell: (one) => words(one.metric) },
        { title: "is", number: true, cell: (one) => percent(one.value), sort: (one) => one.value },
        { title: "should be above", number: true, cell: (one) => percent(one.above) },
        { title: "", cell: (one) => h("span", { class: `pill ${one.met ? "pass" : "fail"}` }, one.met ? "met" : "not met") },
      ],
      report.targets ?? [],
    ),
  );
}

function estimates(report: Report): HTMLElement {
  return section(
    "Estimates while outcomes are missing",
    "What performance probably is, learnt from days whose outcomes are known.",
    table(
      "Estimates",
      [
        { title: "days", head: true, cell: (one) => days(one.from, one.to), sort: (one) => one.from },
        { title: "metric", cell: (one) => metricName(one.metric), sort: (one) => one.metric },
        { title: "estimate", number: true, cell: (one) => number(one.value), sort: (one) => one.value },
        {
          title: "band",
          number: true,
          cell: (one) =>
            interval(typeof one.lower === "number" && typeof one.upper === "number" ? [one.lower, one.upper] : undefined),
          hint: "should hold the later truth in so many of a hundred cases",
        },
        { title: "known so far", number: true, cell: (one) => number(one.realized), sort: (one) => one.realized },
        {
          title: "rows",
          number: true,
          cell: (one) => `${count(one.labelled)} of ${count(one.rows)} known`,
          sort: (one) => one.labelled,
        },
        { title: "why not", prose: true, cell: (one) => one.refusal ?? "" },
      ],
      report.estimates ?? [],
    ),
  );
}

function confusion(report: Report): HTMLElement | false {
  const of = wholes(report, "current").find((one) => one.where.model === modelOf(report));
  const actual = Object.keys(of?.confusion ?? {});
  if (!of || !actual.length) return false;
  const predicted = [...new Set(actual.flatMap((label) => Object.keys(of.confusion[label] ?? {})))].sort();
  return section(
    "Right and wrong",
    `Rows of ${modelOf(report)} by what happened and what was predicted.`,
    table(
      "Confusion",
      [
        { title: "actual", head: true, cell: (label: string) => label },
        ...predicted.map((name) => ({
          title: `predicted ${name}`,
          number: true,
          cell: (label: string) => count(of.confusion[label]?.[name] ?? 0),
        })),
      ],
      actual,
    ),
  );
}

function worst(report: Report, replay: Replay, save: () => void): HTMLElement {
  const groups = Object.entries(replay.by).flatMap(([by, values]) =>
    Object.entries(values).map(([value, group]) => ({ by, value, ...group })),
  );
  return section(
    "Error replay buffer",
    "The worst predictions, to be learnt from again.",
    facts(
      ["rows", `${count(replay.rows)} of at most ${count(replay.limit)}`],
      ["wrong with a confidence above 0.8", count(replay.confidently_wrong)],
      ["mean confidence", replay.average_confidence ? number(replay.average_confidence) : undefined],
    ),
    h("p", { class: "actions" }, h("button", { type: "button", onclick: save }, "Download these rows to train on")),
    more(`What ${counted(replay.rows, "row")} are made of`, () =>
      table(
        "Replay buffer",
        [
          { title: "by", head: true, cell: (one) => `${one.by} ${one.value || "(empty)"}`, sort: (one) => one.by },
          { title: "rows", number: true, cell: (one) => count(one.rows), sort: (one) => one.rows },
          { title: "share", number: true, cell: (one) => percent(one.share), sort: (one) => one.share },
          {
            title: "how wrong",
            number: true,
            cell: (one) => number(one.average_score),
            sort: (one) => one.average_score,
            hint: "confidence of wrong labels, or |error| / |actual|",
          },
        ],
        groups,
      ),
    ),
    more(`The worst ${count(report.worst.length)}`, () => rows("Worst predictions", report.worst)),
  );
}

function rows(caption: string, of: Report["worst"]): HTMLElement {
  return table(
    caption,
    [
      { title: "time", head: true, cell: (one) => time(one.timestamp), sort: (one) => one.timestamp },
      { title: "model", cell: (one) => one.model, sort: (one) => one.model },
      { title: "symbol", cell: (one) => one.symbol ?? one.id ?? "–", sort: (one) => one.symbol },
      { title: "predicted", number: true, cell: (one) => one.prediction ?? "–" },
      { title: "actual", number: true, cell: (one) => one.actual ?? "–" },
      { title: "confidence", number: true, cell: (one) => number(one.confidence), sort: (one) => one.confidence },
      { title: "how wrong", number: true, cell: (one) => number(one.score), sort: (one) => one.score },
    ],
    of,
    20,
  );
}
