// Numbers, days, sizes and names as they are read: everything that is shown passes here.

import type { DriftVerdict, FindingKind, Severity, Verdict } from "driftgate";

/** A number in four significant digits, as in the sentences of a report. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("e+", "e");
  if (Number.isInteger(value)) return count(value);
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4, useGrouping: size >= 10_000 });
}

/** A whole number. */
export const count = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: 0 });

/** One and several. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

/** A share of one, in percent. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? "–" : `${Number((share * 100).toPrecision(3))} %`;

/** A change, signed. */
export const change = (share: number | null | undefined): string =>
  share === null || share === undefined ? "–" : `${share > 0 ? "+" : ""}${percent(share)}`;

/** A p-value. */
export const probability = (p: number | null | undefined): string =>
  p === null || p === undefined ? "–" : p < 0.0001 ? "< 0.0001" : p.toPrecision(2).replace(/0+$/, "").replace(/\.$/, "");

/** An interval. */
export const interval = (ends: [number, number] | null | undefined): string =>
  ends ? `${number(ends[0])} to ${number(ends[1])}` : "–";

/** A size in decimal units. */
export function size(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** at;
  return `${at === 0 || value >= 100 ? Math.round(value) : Number(value.toPrecision(2))} ${units[at]}`;
}

/** Seconds. */
export const seconds = (milliseconds: number): string =>
  milliseconds < 9950 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 1000)} s`;

/** A time without its zone, which is the log's. */
export const time = (at: string | null | undefined): string =>
  at ? at.replace("T", " ").replace(/(:\d\d)?(\.\d+)?Z?$/, "") : "–";

/** Two days, the same one once. */
export const days = (from: string | null | undefined, to: string | null | undefined): string =>
  !from || !to ? "no times" : from === to ? from : `${from} to ${to}`;

/** A slice by its values, without the model that is named elsewhere. */
export function slice(where: Record<string, string>, ...without: string[]): string {
  const parts = Object.entries(where).filter(([key]) => !without.includes(key));
  return parts.map(([, value]) => value || "(empty)").join(" · ") || "all rows";
}

/** What a finding is about, in words. */
export const KINDS: Record<FindingKind, string> = {
  feature_drift: "input",
  prediction_drift: "predictions",
  confidence_drift: "confidence",
  agreement_drift: "agreement with the rule",
  concept_drift: "residuals",
  regime_drift: "regime",
  performance_decay: "errors",
  missingness: "missing values",
  out_of_range: "out of range",
  new_category: "new category",
  schema_change: "columns",
  correlation_shift: "correlation",
  multivariate_drift: "inputs together",
};

/** A verdict in words; severity where something drifted. */
export const verdict = (of: DriftVerdict | Verdict, severity?: Severity | null): string =>
  severity ?? { none: "no drift", drift: "drift", inconclusive: "cannot say", pass: "pass", fail: "fail" }[of];

/** The words of a name. */
export const words = (name: string): string => name.replaceAll("_", " ");
