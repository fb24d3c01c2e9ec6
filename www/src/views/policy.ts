// The policy as a table of checks that can be changed.

import type { Check, Policy, Report } from "driftgate";

import { h } from "../element";
import type { GateActions } from "./gate";

const LIMITS = {
  above: "above",
  at_least: "at least",
  below: "below",
  at_most: "at most",
  no_worse_than: "no worse than baseline by",
  better_by: "better than baseline by",
} as const;
type Limit = keyof typeof LIMITS;

const OVER_BASELINE: Limit[] = ["no_worse_than", "better_by"];

/** The rows of the policy, to be changed. */
export function editing(
  report: Report,
  policy: Policy,
  edit: (policy: Policy) => void,
  changed: () => void,
  actions: GateActions,
  failed: (error: Error) => void,
): HTMLElement {
  const metrics = [
    ...new Set([
      ...report.performance.flatMap((one) => Object.keys(one.metrics)),
      ...report.comparisons.map((one) => one.metric),
      "drift_score",
      "answered",
      "input_change",
      "replay_improvement",
    ]),
  ].sort();
  const checks = policy.check ?? [];
  const set = (at: number, next: Check) => {
    checks[at] = next;
    policy.check = checks;
    changed();
  };
  const field = (label: string, value: string, apply: (value: string) => void, more: Record<string, string> = {}) =>
    h("input", {
      "aria-label": label,
      value,
      spellcheck: "false",
      autocomplete: "off",
      ...more,
      onchange: (event: { target: HTMLInputElement }) => apply(event.target.value.trim()),
    });
  const row = (check: Check, at: number) => {
    const limit = (Object.keys(LIMITS) as Limit[]).find((name) => check[name] !== null && check[name] !== undefined) ?? "above";
    const label = `check ${at + 1}`;
    const now = () => checks[at] ?? check;
    return h(
      "tr",
      {},
      h(
        "td",
        {},
        field(`metric of ${label}`, check.metric, (metric) => set(at, { ...now(), metric }), { list: "metrics" }),
      ),
      h(
        "td",
        {},
        field(
          `slice of ${label}`,
          Object.entries(check.where ?? {})
            .map(([key, value]) => `${key}=${value}`)
            .join(", "),
          (text) => set(at, { ...now(), where: sliceOf(text) }),
          { placeholder: "all rows" },
        ),
      ),
      h(
        "td",
        {},
        field(
          `each value of, in ${label}`,
          [check.each ?? []].flat().join(", "),
          (text) => set(at, { ...now(), each: text ? text.split(/\s*,\s*/) : null }),
          { placeholder: "–" },
        ),
      ),
      h(
        "td",
        {},
        h(
          "select",
          {
            "aria-label": `limit of ${label}`,
            onchange: (event: { target: HTMLSelectElement }) => (
              set(at, limited(now(), event.target.value as Limit, String(limitValue(now())))),
              edit(policy)
            ),
          },
          Object.entries(LIMITS).map(([name, words]) => h("option", { value: name, selected: name === limit }, words)),
        ),
      ),
      h(
        "td",
        {},
        field(`value of ${label}`, String(check[limit] ?? ""), (text) => set(at, limited(now(), limit, text)), {
          class: "short",
          inputmode: "decimal",
        }),
      ),
      h(
        "td",
        {},
        field(
          `least rows of ${label}`,
          check.min_rows ? String(check.min_rows) : "",
          (text) => set(at, { ...now(), min_rows: numeric(text) as number | null }),
          { class: "short", inputmode: "numeric", placeholder: "any" },
        ),
      ),
      h(
        "td",
        {},
        field(
          `confidence of ${label}`,
          check.confidence ? String(check.confidence) : "",
          (text) => set(at, { ...now(), confidence: numeric(text) as number | null }),
          { class: "short", inputmode: "decimal", placeholder: "value" },
        ),
      ),
      h(
        "td",
        {},
        h(
          "button",
          {
            type: "button",
            class: "quiet",
            "aria-label": `remove ${label}`,
            onclick: () => edit({ ...policy, check: checks.filter((_, other) => other !== at) }),
          },
          "✕",
        ),
      ),
    );
  };
  const presets = h(
    "select",
    { id: "preset", onchange: () => presets.value && edit(actions.preset(presets.value)) },
    h("option", { value: "" }, "choose …"),
    actions.presets.map((name) => h("option", { value: name }, name)),
  );
  const file = h("input", {
    type: "file",
    id: "policy-file",
    accept: ".toml,.json",
    class: "unseen",
    onchange: () => {
      const [given] = file.files ?? [];
      // The same file can be opened again after it was mended.
      if (given)
        actions
          .read(given)
          .then(edit, failed)
          .finally(() => (file.value = ""));
    },
  });
  return h(
    "div",
    {},
    h(
      "datalist",
      { id: "metrics" },
      metrics.map((metric) => h("option", { value: metric })),
    ),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Policy" },
      h(
        "table",
        { class: "editor" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["metric", "where", "for each", "limit", "value", "least rows", "confidence", ""].map((title) =>
              h("th", { scope: "col" }, title || h("span", { class: "unseen" }, "remove")),
            ),
          ),
        ),
        h("tbody", {}, checks.map(row)),
      ),
    ),
    h(
      "div",
      { class: "controls" },
      h(
        "button",
        {
          type: "button",
          onclick: () => edit({ ...policy, check: [...checks, { metric: metrics[0] ?? "accuracy", above: 0 }] }),
        },
        "Add a check",
      ),
      h("label", { for: "preset" }, "Start from"),
      presets,
      file,
      h("label", { for: "policy-file", class: "button" }, "Open a policy"),
      h(
        "button",
        {
          type: "button",
          onclick: () =>
            void actions.write(policy).then((text) => actions.save(`${policy.name || "policy"}.toml`, text, "text/plain")),
        },
        "Download as TOML",
      ),
    ),
  );
}

/** A slice as it is written, `column=value, ...`; without `=` a column that is empty, so that a slip never widens a check. */
const sliceOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(",")
      .map((part) => part.split("=").map((side) => side.trim()))
      .filter(([key]) => key)
      .map(([key, value]) => [key, value ?? ""]),
  ) as Record<string, string>;

/** A number, nothing, or the text that is neither: core refuses it by name. */
const numeric = (text: string): number | string | null => (text === "" ? null : Number.isNaN(Number(text)) ? text : Number(text));

const limitValue = (check: Check) =>
  (Object.keys(LIMITS) as Limit[]).map((name) => check[name]).find((value) => value !== null && value !== undefined) ?? 0;

/** The check with this limit and no other. */
function limited(check: Check, limit: Limit, text: string): Check {
  const bare: Check = { ...check, against: null };
  for (const name of Object.keys(LIMITS) as Limit[]) bare[name] = null;
  return { ...bare, [limit]: numeric(text) ?? "", ...(OVER_BASELINE.includes(limit) && { against: "baseline" as const }) };
}
