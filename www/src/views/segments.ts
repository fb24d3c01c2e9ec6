// Where is the model weak? Slices by metric, the weakest first, and sectors by regime.

import type { Performance, Ranked, Report } from "driftgate";

import { h, table } from "../element";
import { count, interval, number, slice, words } from "../format";
import { largerIsBetter, meaningOf, primaryMetric } from "../metrics";
import { drawn, intervalOf, modelOf, section, valueOf } from "./parts";

/** Slices of fewer rows show chance. */
const FEW = 30;

/** The view. */
export function segments(report: Report): HTMLElement {
  const slices = report.performance.filter((one) => one.window === "current" && Object.keys(one.where).length > 1);
  if (!slices.length)
    return h(
      "div",
      { class: "view" },
      section("No segments", "The log has no sector, symbol or regime. Name columns to count by under Data."),
    );
  const model = modelOf(report);
  const metrics = [...new Set(slices.flatMap((one) => Object.keys(one.metrics)))];
  const chosen = { metric: primaryMetric(report), model };
  const host = h("div", { class: "view" });
  const metric = h(
    "select",
    { id: "segment-metric", onchange: () => ((chosen.metric = metric.value), show()) },
    metrics.map((name) => h("option", { value: name, selected: name === chosen.metric }, words(name))),
  );
  const models = [...new Set(slices.map((one) => one.where.model ?? ""))];
  const of = h(
    "select",
    { id: "segment-model", onchange: () => ((chosen.model = of.value), show()) },
    models.map((name) => h("option", { value: name, selected: name === model }, name || "(no model named)")),
  );
  const show = () =>
    host.replaceChildren(
      weakest(report, chosen.model),
      heat(
        slices.filter((one) => one.where.model === chosen.model),
        chosen.metric,
      ),
      everySlice(
        slices.filter((one) => one.where.model === chosen.model),
        chosen.metric,
        metrics,
      ),
      best(report, chosen.model),
    );
  show();
  return h(
    "div",
    { class: "view" },
    h(
      "div",
      { class: "controls" },
      h("label", { for: "segment-metric" }, "Metric"),
      metric,
      models.length > 1 && [h("label", { for: "segment-model" }, "Model"), of],
    ),
    host,
  );
}

function weakest(report: Report, model: string): HTMLElement {
  const of = (report.weakest ?? []).filter((one) => (one.where.model ?? "") === model);
  const metric = of[0]?.metric ?? primaryMetric(report);
  return section(
    `Weakest by ${words(metric)}`,
    of.length
      ? `${said(metric)}By segment column, the weakest value first; slices of at least 30 rows.`
      : "No slice has enough rows.",
    ranked("Weakest slices", of),
  );
}

const best = (report: Report, model: string): HTMLElement => {
  const of = (report.best_regimes ?? []).filter((one) => (one.where.model ?? "") === model);
  return of.length ? section("Best regime of each symbol", undefined, ranked("Best regimes", of)) : h("div");
};

function ranked(caption: string, of: Ranked[]): HTMLElement {
  const metric = of[0]?.metric;
  if (!metric) return h("div");
  const values = of.flatMap((one) => [one.value, ...(one.interval ?? [])]);
  const columns = (one: Ranked) => Object.keys(one.where).filter((key) => key !== "model");
  return table(
    caption,
    [
      { title: "slice", head: true, cell: (one) => slice(one.where, "model"), sort: (one) => slice(one.where, "model") },
      { title: "by", cell: (one) => columns(one).join(", "), sort: (one) => columns(one).join() },
      { title: words(metric), hint: meaningOf(metric), number: true, cell: (one) => number(one.value), sort: (one) => one.value },
      {
        title: `${number(Math.min(...values))} to ${number(Math.max(...values))}`,
        cell: (one) => drawn(values, { value: one.value, bounds: one.interval }),
      },
      { title: "95 % interval", number: true, cell: (one) => interval(one.interval) },
      { title: "n", number: true, cell: (one) => count(one.n), sort: (one) => one.n },
    ],
    of,
    30,
  );
}

/** What a metric is, as the beginning of a text. */
function said(metric: string): string {
  const meaning = meaningOf(metric);
  return meaning ? `${meaning[0]?.toUpperCase()}${meaning.slice(1)}. ` : "";
}

/** Sectors by regimes: the worse, the darker. */
function heat(slices: Performance[], metric: string): HTMLElement {
  const cells = slices.filter((one) => Object.keys(one.where).sort().join() === "model,regime,sector");
  if (!cells.length) return h("div");
  const sectors = [...new Set(cells.map((one) => one.where.sector ?? ""))].sort();
  const regimes = [...new Set(cells.map((one) => one.where.regime ?? ""))].sort();
  // A cell of few rows would set the scale by chance.
  const values = cells.filter((one) => one.pairs >= FEW).flatMap((one) => one.metrics[metric] ?? []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const within = (value: number) => Math.min(Math.max(value, low), high);
  const badness = (value: number) =>
    high === low ? 0 : largerIsBetter(metric) ? (high - value) / (high - low) : (value - low) / (high - low);
  return section(
    `${words(metric)} by sector and regime`,
    `${said(metric)}The stronger the colour, the weaker the model; small print is the number of rows, and cells below 30 rows are faint.`,
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Sector by regime" },
      h(
        "table",
        { class: "heat" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, "sector"),
            regimes.map((regime) => h("th", { scope: "col", class: "number" }, regime || "(empty)")),
          ),
        ),
        h(
          "tbody",
          {},
          sectors.map((sector) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, sector || "(empty)"),
              regimes.map((regime) => {
                const cell = cells.find((one) => one.where.sector === sector && one.where.regime === regime);
                const value = cell?.metrics[metric];
                if (!cell || value === undefined) return h("td", { class: "number" }, "–");
                const shade = Math.round(badness(within(value)) * 5);
                return h(
                  "td",
                  { class: `number heat-${cell.pairs < FEW ? "few" : shade}` },
                  valueOf(cell, metric),
                  h("small", {}, ` ${count(cell.pairs)}`),
                );
              }),
            ),
          ),
        ),
      ),
    ),
  );
}

function everySlice(slices: Performance[], metric: string, metrics: string[]): HTMLElement {
  const worse = (one: Performance) => (one.metrics[metric] ?? 0) * (largerIsBetter(metric) ? 1 : -1);
  const sorted = [...slices].sort((a, b) => Number(a.pairs < FEW) - Number(b.pairs < FEW) || worse(a) - worse(b));
  const shown = [metric, ...metrics.filter((name) => name !== metric)].slice(0, 4);
  return section(
    "All slices",
    "Weakest first; those with fewer than 30 rows come last, because what they show may be chance.",
    table(
      "All slices",
      [
        { title: "slice", head: true, cell: (one) => slice(one.where, "model"), sort: (one) => slice(one.where, "model") },
        { title: "rows", number: true, cell: (one) => count(one.rows), sort: (one) => one.rows },
        ...shown.map((name) => ({
          title: words(name),
          hint: meaningOf(name),
          number: true,
          cell: (one: Performance) => number(one.metrics[name]),
          sort: (one: Performance) => one.metrics[name],
        })),
        { title: `95 % interval of ${words(metric)}`, number: true, cell: (one) => intervalOf(one, metric) },
      ],
      sorted,
      30,
    ),
  );
}
