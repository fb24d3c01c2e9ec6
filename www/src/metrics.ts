// What core knows about metrics.

import { metrics } from "driftgate";
import type { Metric, Metrics, Report } from "driftgate";

import { hint } from "./element";
import { words } from "./format";

let list: Metrics | undefined;
const known = (): Metrics => (list ??= metrics());

const found = (name: string): Metric | undefined => known().metrics.find((metric) => metric.name === name);

/** What a metric says, if it is one of a slice of a model. */
export const meaningOf = (name: string): string | undefined => found(name)?.meaning;

/** A metric's name with what it says. */
export const metricName = (name: string) => hint(words(name), meaningOf(name));

/** Whether more is better. */
export const largerIsBetter = (name: string): boolean => found(name)?.larger_is_better ?? true;

/** The metric by which the slices of a report are told apart. */
export function primaryMetric(report: Report): string {
  const { primary } = known();
  return primary.find((name) => report.performance.some((one) => name in one.metrics)) ?? primary[0];
}
