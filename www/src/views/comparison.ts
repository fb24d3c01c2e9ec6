// Is one model really better than another, or is it chance?

import type { Challenge, ComparisonOptions, MetricComparison, ModelComparison, Report } from "driftgate";

import { advice } from "../advice";
import { h, hint, table } from "../element";
import { change, count, days, interval, number, percent, probability, slice, words } from "../format";
import { meaningOf, metricName } from "../metrics";
import { drawn, facts, more, section } from "./parts";

const VERDICTS = {
  candidate_better: ["pass", "better"],
  baseline_better: ["fail", "worse"],
  no_evidence: ["none", "no evidence"],
  inconclusive: ["inconclusive", "cannot say"],
} as const;

/** What the view asks, and whom. */
export interface ComparisonActions {
  options: ComparisonOptions;
  answer: Promise<ModelComparison>;
  ask(options: ComparisonOptions): void;
  readAgain(): void;
}

/** The view: what is awaited says so, and what cannot be compared says why. */
export function comparison(report: Report, { options, answer, ask, readAgain }: ComparisonActions): HTMLElement {
  const view = h(
    "div",
    { class: "view", "aria-live": "polite" },
    h("p", { class: "waiting" }, "Comparing the models, day by day …"),
  );
  const controls = h("div", {}, asking(report, options, ask));
  answer.then(
    (comparison) => {
      controls.replaceChildren(asking(report, comparison.options, ask));
      view.replaceChildren(...shown(comparison, readAgain));
    },
    (error: Error) =>
      view.replaceChildren(
        section(
          "No comparison yet",
          error.message,
          h(
            "p",
            {},
            "Two models are compared on one log that holds both, or on two logs: choose under Data which is the baseline.",
          ),
        ),
      ),
  );
  return h("div", {}, controls, view);
}

/** What is compared, by which metric, and how often one looks. */
function asking(report: Report, options: ComparisonOptions, ask: ComparisonActions["ask"]): HTMLElement {
  const models = [report.baseline, report.current].flatMap((window) => Object.keys(window?.models ?? {}));
  const arms = [...new Set([...(options.arms ?? []), ...models])];
  const [incumbent = "", challenger = ""] = options.arms ?? [];
  const metrics = new Set(
    report.performance.filter((one) => one.window === "current").flatMap((one) => Object.keys(one.metrics)),
  );
  const select = (id: string, label: string, value: string, choices: [string, string][], apply: (value: string) => void) => {
    const field = h(
      "select",
      { id, onchange: () => apply(field.value) },
      choices.map(([name, title]) => h("option", { value: name, selected: name === value }, title)),
    );
    return h("span", { class: "asked" }, h("label", { for: id }, label), field);
  };
  const named = (names: string[], none: string): [string, string][] => [
    ["", none],
    ...names.map((name): [string, string] => [name, name]),
  ];
  const others = (first: string) => arms.filter((name) => name !== first);
  const only = (options.arms ?? []).length === 2;
  return h(
    "div",
    { class: "controls" },
    select(
      "arms-by",
      "Compare",
      options.by ?? "model",
      [
        ["model", "models"],
        ["variant", "variants"],
      ],
      (by) => ask({ ...options, by: by as "model", arms: [] }),
    ),
    select("incumbent", "incumbent", incumbent, named(arms, "the first"), (first) =>
      ask({ ...options, arms: first ? [first, ...others(first)] : [] }),
    ),
    select("challenger", "against", only ? challenger : "", named(others(incumbent), "all others"), (second) =>
      ask({ ...options, arms: second ? [incumbent || others(second)[0]!, second] : [] }),
    ),
    select(
      "deciding",
      "by",
      options.metric ?? "",
      named([...metrics].sort(), "the usual metric").map(([name, title]) => [name, words(title)]),
      (metric) => ask({ ...options, metric: metric || null }),
    ),
    select(
      "looks",
      "looking",
      options.looks === "any" ? "any" : "",
      [
        ["", "once"],
        ["any", "again and again"],
      ],
      (looks) => ask({ ...options, looks: looks === "any" ? "any" : null }),
    ),
  );
}

function shown(of: ModelComparison, readAgain: () => void): HTMLElement[] {
  const [tone] = VERDICTS[of.verdict];
  const sampled = of.skipped.some(({ reason }) => reason.includes("--cases"));
  return [
    h(
      "section",
      { class: `card verdict ${tone}` },
      h("h2", {}, of.summary),
      h("p", {}, of.recommendation),
      sampled &&
        h(
          "p",
          {},
          "This log is large, and its rows were not kept. ",
          h("button", { type: "button", onclick: readAgain }, "Read it again and keep a sample of rows"),
        ),
    ),
    section(
      "Arms",
      "The incumbent first.",
      table(
        "Arms",
        [
          { title: "arm", head: true, cell: (arm) => arm.name },
          { title: "rows", number: true, cell: (arm) => count(arm.rows), sort: (arm) => arm.rows },
          { title: "with outcome", number: true, cell: (arm) => count(arm.labelled), sort: (arm) => arm.labelled },
          {
            title: "days",
            number: true,
            cell: (arm) => hint(count(arm.days), days(arm.from, arm.to)),
            sort: (arm) => arm.days,
          },
          { title: "share", number: true, cell: (arm) => percent(arm.share), sort: (arm) => arm.share },
          ...[...new Set(of.arms.flatMap((arm) => Object.keys(arm.metrics)))].map((metric) => ({
            title: words(metric),
            hint: meaningOf(metric),
            number: true,
            cell: (arm: ModelComparison["arms"][number]) => number(arm.metrics[metric]),
            sort: (arm: ModelComparison["arms"][number]) => arm.metrics[metric],
          })),
        ],
        of.arms,
      ),
    ),
    ...of.challenges.map(challenge),
    ...(of.confidence_set ? [set(of.confidence_set)] : []),
    section(
      "Can the data be trusted?",
      undefined,
      h(
        "ul",
        { class: "checks" },
        of.trust.map((check) => h("li", { class: String(check.found) }, h("strong", {}, words(check.name)), " ", check.message)),
      ),
    ),
    ...(of.skipped.length
      ? [
          section(
            "Not computed",
            undefined,
            h(
              "ul",
              {},
              of.skipped.map((one) => h("li", {}, h("strong", {}, one.method), ": ", advice(one.reason))),
            ),
          ),
        ]
      : []),
  ];
}

function challenge(of: Challenge): HTMLElement {
  const [tone, word] = VERDICTS[of.verdict];
  const { power, bayes, stopping } = of;
  return section(
    `${of.candidate} against ${of.baseline}`,
    undefined,
    h("p", {}, h("span", { class: `pill ${tone}` }, word), " ", of.message),
    h("h3", {}, `Difference of ${words(of.metric.metric)}`),
    h(
      "p",
      { class: "lead" },
      `${of.candidate} minus ${of.baseline}; ${of.metric.larger_is_better ? "more" : "less"} is better. Bars are intervals; one that crosses zero is no evidence.`,
    ),
    tests(of.metric),
    facts(
      ["pairs or rows", `${count(of.metric.n)} on ${count(of.metric.days)} days, ${of.design}`],
      ["improvement", change(of.metric.improvement)],
      [
        "holds at all looks",
        of.metric.always_valid ? interval(of.metric.always_valid) : undefined,
        "an interval that holds however often one looks",
      ],
      ["p over all challenges", of.p_adjusted === null || of.p_adjusted === undefined ? undefined : probability(of.p_adjusted)],
      [
        "smallest difference that such data find",
        power ? `${number(power.minimum_detectable)} (${percent(power.minimum_detectable_share)})` : undefined,
      ],
      ["more days until the one seen is found", power?.days_needed ? count(Math.ceil(power.days_needed)) : undefined],
      [
        "may one stop?",
        `${mark(stopping.significant)} not chance · ${mark(stopping.clear)} large enough · ${mark(stopping.safe)} nothing else worse`,
      ],
      ["chance that the candidate is better", bayes ? percent(bayes.candidate_better) : undefined],
    ),
    h(
      "ul",
      { class: "notes" },
      of.warnings.map((warning) => h("li", {}, warning)),
    ),
    of.others.length > 0 && more("Other metrics, as guardrails", () => others(of.others)),
    of.slices.length > 0 &&
      more("By slice", () =>
        table(
          "By slice",
          [
            { title: "slice", head: true, cell: (one) => slice(one.where) },
            { title: "baseline", number: true, cell: (one) => number(one.baseline), sort: (one) => one.baseline },
            { title: "candidate", number: true, cell: (one) => number(one.candidate), sort: (one) => one.candidate },
            { title: "difference", number: true, cell: (one) => number(one.difference), sort: (one) => one.difference },
            { title: "p adjusted", number: true, cell: (one) => probability(one.p_adjusted), sort: (one) => one.p_adjusted },
            { title: "n", number: true, cell: (one) => count(one.n), sort: (one) => one.n },
            { title: "", cell: (one) => one.reversed && "the other way round" },
          ],
          of.slices,
        ),
      ),
  );
}

const mark = (holds: boolean) => (holds ? "✓" : "✗");

/** Every test with its interval on one scale, drawn. */
function tests(of: MetricComparison): HTMLElement {
  const ends = of.tests.flatMap((test) => test.interval ?? []).concat(0, of.difference);
  return table(
    `Tests of the difference of ${of.metric}`,
    [
      {
        title: "test",
        head: true,
        cell: (test) => hint([words(test.method), test.decides && h("strong", {}, " decides")], test.note),
      },
      {
        title: `difference ${number(of.difference)}`,
        cell: ({ interval, decides }) =>
          interval &&
          drawn(ends, { value: of.difference, bounds: interval, against: 0, tone: decides ? "current" : "reference" }),
      },
      { title: "interval", number: true, cell: (test) => interval(test.interval) },
      { title: "p", number: true, cell: (test) => probability(test.p_value), sort: (test) => test.p_value },
      {
        title: "knows dependence",
        cell: (test) => (test.robust ? "yes" : "no"),
        hint: "rows of one day move together; a test that takes them as independent is too sure",
      },
    ],
    of.tests,
  );
}

function others(of: MetricComparison[]): HTMLElement {
  const decides = (one: MetricComparison) => one.tests.find((test) => test.decides);
  return table(
    "Other metrics",
    [
      { title: "metric", head: true, cell: (one) => metricName(one.metric) },
      { title: "baseline", number: true, cell: (one) => number(one.baseline) },
      { title: "candidate", number: true, cell: (one) => number(one.candidate) },
      { title: "improvement", number: true, cell: (one) => change(one.improvement), sort: (one) => one.improvement },
      { title: "interval of the difference", number: true, cell: (one) => interval(decides(one)?.interval) },
      { title: "p", number: true, cell: (one) => probability(decides(one)?.p_value), sort: (one) => decides(one)?.p_value },
    ],
    of,
  );
}

function set(of: NonNullable<ModelComparison["confidence_set"]>): HTMLElement {
  return section(
    "Models that cannot be told from the best",
    `With ${percent(of.confidence)} confidence the best one is among those that stay (${count(of.n)} common cases on ${count(of.days)} days).`,
    table(
      "Model confidence set",
      [
        { title: "model", head: true, cell: (one) => one.name },
        { title: "value", number: true, cell: (one) => number(one.value), sort: (one) => one.value },
        { title: "p", number: true, cell: (one) => probability(one.p_value), sort: (one) => one.p_value },
        { title: "", cell: (one) => (one.included ? "stays" : "leaves") },
      ],
      of.models,
    ),
  );
}
