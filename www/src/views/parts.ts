// What several views are made of.

import type { DriftVerdict, Finding, Performance, Report, Severity, Verdict } from "driftgate";

import { h, hint } from "../element";
import { count, interval, number, probability, verdict as verdictText } from "../format";

/** Windows in the order in which they are shown. */
export const WINDOWS = ["reference", "baseline", "current"] as const;

/** A verdict as a word in its colour. */
export function pill(of: DriftVerdict | Verdict, severity?: Severity | null): HTMLElement {
  return h("span", { class: `pill ${severity ?? of}` }, verdictText(of, severity));
}

/** A heading with what it means under it. */
export function section(
  title: string,
  lead: string | HTMLElement | undefined,
  ...content: (Node | false | undefined | null)[]
): HTMLElement {
  return h(
    "section",
    { class: "card" },
    h("h2", {}, title),
    lead && (lead instanceof Node ? lead : h("p", { class: "lead" }, lead)),
    content,
  );
}

/** Something to be read only by those who ask. */
export function more(title: string, content: () => Node): HTMLElement {
  const details = h("details", { class: "more" }, h("summary", {}, title));
  details.addEventListener("toggle", () => details.childElementCount === 1 && details.append(content()), { once: true });
  return details;
}

/** Fills every fold and opens it, for paper and documents: nobody opens it there. */
export function unfold(root: HTMLElement): void {
  for (const fold of root.querySelectorAll("details")) {
    fold.dispatchEvent(new Event("toggle"));
    if (fold.open) continue;
    fold.open = true;
    fold.dataset.unfolded = "";
  }
}

/** Closes what was opened for paper. */
export function refold(root: HTMLElement): void {
  for (const fold of root.querySelectorAll<HTMLDetailsElement>("details[data-unfolded]")) {
    fold.open = false;
    delete fold.dataset.unfolded;
  }
}

/** Names and values. */
export function facts(...pairs: [string, string | Node | undefined, string?][]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== undefined)
      .map(([name, value, meaning]) => h("div", {}, h("dt", {}, hint(name, meaning, true)), h("dd", {}, value))),
  );
}

/** What statistics say, in a sentence. */
const METHODS: Record<string, string> = {
  ks: "Kolmogorov-Smirnov: the largest gap between the two distributions, from 0 (the same) to 1 (nothing in common)",
  psi: "population stability index: how different the shares of ten bins are; from 0.25 on it is usually called significant",
  chi_square: "chi-square: whether the shares of categories differ beyond chance; the effect is their total variation",
  total_variation: "total variation: the share of rows that would have to change category, from 0 to 1",
  residual_spread: "how much wider the residuals scatter",
  residual_level: "how far the mean residual moved, in standard deviations",
  early_late_spread: "how much wider the residuals scatter late in the window than early",
  early_late_level: "how far the mean residual moved within the window, in standard deviations",
  reconstruction_error: "how badly rows fit the pattern that the inputs follow together in the reference",
  outside_share: "the share of values beyond all that the reference held",
  mean_drop: "how far the mean fell",
};

/** The rules by which a verdict is given. */
const RULES: Record<string, string> = {
  by_day: "days are compared, because rows of one day move together, and days depend on their neighbours",
  rows: "rows are compared as if they were independent: there are no times",
  any: "p < 0.05 or PSI >= 0.25 on any column, uncorrected: alarms often",
  window: "KS > 0.15 against the latest rows: alarms often",
};

/** The numbers behind a finding, each with what it means. */
export function evidence(finding: Finding): HTMLElement {
  const effective = (days: number | null | undefined) => (days ? `, worth ${number(days)} independent days` : "");
  return facts(
    ["method", `${finding.method} (${finding.convention})`, METHODS[finding.method]],
    [
      "effect",
      finding.effect === null || finding.effect === undefined
        ? undefined
        : `${number(finding.effect)}${finding.threshold ? `, counts from ${number(finding.threshold)} on` : ""}`,
      "how large the change is",
    ],
    ["reference", finding.reference === null || finding.reference === undefined ? undefined : number(finding.reference)],
    ["current", finding.current === null || finding.current === undefined ? undefined : number(finding.current)],
    [
      "p",
      finding.p_value === null || finding.p_value === undefined ? undefined : probability(finding.p_value),
      "the chance of a difference at least this large if nothing had changed",
    ],
    [
      "p adjusted",
      finding.p_adjusted === null || finding.p_adjusted === undefined ? undefined : probability(finding.p_adjusted),
      "the same over all columns together: many columns find something by chance",
    ],
    [
      "days of one value",
      finding.one_value
        ? `${finding.one_value.current} of ${finding.one_value.days_current} (${finding.one_value.reference} of ${finding.one_value.days_reference} in the reference), p ${probability(finding.one_value.p_value)}`
        : undefined,
    ],
    ["outside", finding.outside ? "beyond everything the reference's days showed" : undefined],
    ["n reference", `${count(finding.n_reference)} values${effective(finding.n_effective_reference)}`],
    ["n current", `${count(finding.n_current)} values${effective(finding.n_effective_current)}`],
    ["rule", RULES[finding.rule] ?? finding.rule],
    [
      "rank error",
      finding.rank_error > 0 ? `at most ${number(finding.rank_error)}` : undefined,
      "how far summarising a large log may have moved a rank",
    ],
    ["since", finding.since ? `${finding.since} (${finding.state})` : undefined],
  );
}

/** What a statistic is. */
export const methodMeaning = (method: string): string | undefined => METHODS[method];

/** A metric's value; its interval, if it has one, on demand. */
export const valueOf = (performance: Performance, metric: string) =>
  hint(number(performance.metrics[metric]), performance.intervals?.[metric] && intervalOf(performance, metric));

/** The interval of a metric. */
export const intervalOf = (performance: Performance | undefined, metric: string): string =>
  interval(performance?.intervals?.[metric]);

/** The model that a window's observation is of. */
export const modelOf = (report: Report): string => report.current?.model ?? "";

/** A value with its interval, drawn on the scale of all of `values`; a dashed line marks what it is held against. */
export function drawn(
  values: number[],
  {
    value,
    bounds,
    against,
    tone = "reference",
  }: { value: number; bounds?: [number, number] | null | undefined; against?: number; tone?: string },
): HTMLElement {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.08 || 1;
  const place = (at: number) => ((at - low + room) / (high - low + 2 * room)) * 100;
  const part = (kind: string, at: number, width?: number) => {
    const span = h("span", { class: kind });
    span.style.insetInlineStart = `${place(at)}%`;
    if (width !== undefined) span.style.inlineSize = `${width}%`;
    return span;
  };
  const limit = against === undefined ? "" : `, against ${number(against)}`;
  return h(
    "span",
    { class: "interval", role: "img", "aria-label": `${number(value)}${bounds ? `, ${interval(bounds)}` : ""}${limit}` },
    against !== undefined && part("zero", against),
    bounds && part(`bar ${tone}`, bounds[0], place(bounds[1]) - place(bounds[0])),
    part(`dot ${tone}`, value),
  );
}
