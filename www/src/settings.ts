// What is asked, apart from the data: it stands in the address, so that it can be shared. Data never do.

import type { ComparisonOptions, InferOptions, Plan, Policy } from "driftgate";

export const VIEWS = ["drift", "comparison", "health", "segments", "gate", "data"] as const;
export type View = (typeof VIEWS)[number];

export interface Settings {
  view: View;
  plan: Plan;
  options: Pick<InferOptions, "map" | "ignore" | "decimal" | "segments" | "timezone" | "confidence_of" | "task">;
  /** The gate's policy; the built-in `production` if absent. */
  policy?: Policy;
  /** How models are compared. */
  comparison?: ComparisonOptions;
  /** The first day of the current window, where one log is compared with its own past; empty is no comparison. */
  split?: string;
  /** Keeps a sample of whole rows of large logs, for comparisons of models. */
  rows?: boolean;
}

/** Settings from the part of the address behind `#`; what is unknown or broken there is left out. */
export function fromHash(hash: string): Settings {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const object = (name: string) => {
    try {
      const value: unknown = JSON.parse(given.get(name) ?? "null");
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };
  const view = VIEWS.find((view) => view === given.get("view")) ?? "drift";
  const policy = object("policy") as Policy | undefined;
  const comparison = object("comparison") as ComparisonOptions | undefined;
  const split = given.get("split");
  return {
    view,
    plan: object("plan") ?? {},
    options: object("options") ?? {},
    ...(policy && { policy }),
    ...(comparison && { comparison }),
    ...(split !== null && /^(\d{4}-\d\d-\d\d)?$/.test(split) && { split }),
    ...(given.get("rows") === "sample" && { rows: true }),
  };
}

/** The part of the address that says these settings; what is as usual is left out. */
export function toHash({ view, plan, options, policy, comparison, split, rows }: Settings): string {
  const said = new URLSearchParams();
  if (view !== "drift") said.set("view", view);
  if (Object.keys(plan).length) said.set("plan", JSON.stringify(plan));
  if (Object.keys(options).length) said.set("options", JSON.stringify(options));
  if (policy) said.set("policy", JSON.stringify(policy));
  if (comparison) said.set("comparison", JSON.stringify(comparison));
  if (split !== undefined) said.set("split", split);
  if (rows) said.set("rows", "sample");
  return said.toString();
}
