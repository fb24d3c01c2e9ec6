// May the candidate be promoted? The policy, its checks, and the decision, made again at every change.

import type { Check, CheckResult, Decision, Facts, Policy, Report } from "driftgate";

import { h, table } from "../element";
import { count, interval, number, verdict } from "../format";
import { pill, section } from "./parts";

/** What the view needs of the session. */
export interface GateActions {
  policy: Policy;
  /** Decides again, and remembers the policy. */
  decide(policy: Policy, overruled: Facts["override"]): Promise<Decision>;
  /** Whether the logs have to be read again before all slices of the policy are known. */
  unread(policy: Policy): boolean;
  readAgain(): void;
  preset(name: string): Policy;
  presets: readonly string[];
  /** A policy as the text of a file, and back. */
  write(policy: Policy): Promise<string>;
  read(file: File): Promise<Policy>;
  save(name: string, text: string, type: string): void;
}

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

/** The view. */
export function gate(report: Report, actions: GateActions): HTMLElement {
  let policy = structuredClone(actions.policy);
  let overruled: Facts["override"];
  const answer = h("div", { "aria-live": "polite" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const editor = h("div");
  let round = 0;
  const decide = async () => {
    const mine = ++round;
    try {
      const decision = await actions.decide(policy, overruled);
      if (mine !== round) return;
      problem.hidden = true;
      answer.replaceChildren(...decided(decision, actions, policy));
    } catch (error) {
      if (mine !== round) return;
      problem.textContent = (error as Error).message;
      problem.hidden = false;
    }
  };
  const edit = (next: Policy) => {
    policy = next;
    editor.replaceChildren(editing(report, policy, edit, () => void decide(), actions, (error) => {
      problem.textContent = error.message;
      problem.hidden = false;
    }));
    void decide();
  };
  edit(policy);
  return h("div", { class: "view" }, answer,
    section("Policy", "All checks must pass. Whatever you change is decided at once.", problem, editor),
    section("Override", "A person may approve whatever the checks say; who, why and until when is kept with them.", overriding((next) => {
      overruled = next;
      void decide();
    })));
}

function decided(decision: Decision, actions: GateActions, policy: Policy): HTMLElement[] {
  const tone = decision.approved ? "pass" : decision.verdict;
  const line = { pass: "Every check passed.", fail: `Failed: ${decision.checks_failed.join(", ")}.`, inconclusive: `Cannot say: ${decision.checks_inconclusive.join(", ")}.` }[decision.verdict];
  const words = { PROMOTE: "Promote the candidate", REJECT: "Do not promote the candidate", INCONCLUSIVE: "Too little is known to promote the candidate" }[decision.recommendation] ?? decision.recommendation;
  return [
    h("section", { class: `card verdict ${tone}` },
      h("h2", {}, `${words}${decision.candidate ? `: ${decision.candidate}` : ""}`),
      h("p", {}, line, decision.override ? ` Approved by ${decision.override.actor} until ${decision.override.expires}: ${decision.override.reason}` : ""),
      decision.warnings.length > 0 && h("ul", { class: "notes" }, decision.warnings.map((warning) => h("li", {}, warning))),
      actions.unread(policy) && h("p", {}, "Some slices of this policy were not counted. ", h("button", { type: "button", onclick: actions.readAgain }, "Read the logs again")),
      h("p", { class: "actions" }, h("button", { type: "button", onclick: () => actions.save("decision.json", JSON.stringify(decision), "application/json") }, "Download decision"))),
    section("Checks", `${count(decision.checks_passed.length)} passed, ${count(decision.checks_failed.length)} failed, ${count(decision.checks_inconclusive.length)} cannot say.`, table("Checks", [
      { title: "verdict", cell: (one) => pill(one.verdict), sort: (one) => ["fail", "inconclusive", "pass"].indexOf(one.verdict) },
      { title: "check", head: true, cell: (one) => one.name, sort: (one) => one.name },
      { title: "value", number: true, cell: (one) => number(one.value), sort: (one) => one.value },
      { title: "limit", number: true, cell: (one) => `${one.op} ${number(one.threshold)}` },
      ...(decision.checks.some((one) => one.interval) ? [
        { title: "interval and limit", cell: scale },
        { title: "interval", number: true, cell: (one: CheckResult) => interval(one.interval) },
      ] : []),
      { title: "n", number: true, cell: (one) => count(one.n), sort: (one) => one.n },
      { title: "why", prose: true, cell: (one) => one.reason },
    ], decision.checks)),
  ];
}

/** Value, interval and limit on one line, where confidence was asked for. */
function scale(one: CheckResult): HTMLElement | string {
  const { value, threshold, interval: bounds } = one;
  if (typeof value !== "number" || typeof threshold !== "number" || !bounds) return "";
  const ends = [value, threshold, ...bounds];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low) * 0.25 || Math.abs(high) * 0.25 || 1;
  const place = (at: number) => `${((at - low + room) / (high - low + 2 * room)) * 100}%`;
  const track = h("span", { class: "interval", role: "img", "aria-label": `${number(value)}, limit ${number(threshold)}: ${verdict(one.verdict)}` });
  const limit = h("span", { class: "zero" });
  limit.style.insetInlineStart = place(threshold);
  const dot = h("span", { class: `dot ${one.verdict}` });
  dot.style.insetInlineStart = place(value);
  const bar = h("span", { class: `bar ${one.verdict}` });
  bar.style.insetInlineStart = place(bounds[0]);
  bar.style.inlineSize = `calc(${place(bounds[1])} - ${place(bounds[0])})`;
  track.append(bar, limit, dot);
  return track;
}

/** The rows of the policy, to be changed. */
function editing(report: Report, policy: Policy, edit: (policy: Policy) => void, changed: () => void, actions: GateActions, failed: (error: Error) => void): HTMLElement {
  const metrics = [...new Set([...report.performance.flatMap((one) => Object.keys(one.metrics)), ...report.comparisons.map((one) => one.metric), "drift_score", "input_change", "replay_improvement"])].sort();
  const checks = policy.check ?? [];
  const set = (at: number, next: Check) => {
    checks[at] = next;
    policy.check = checks;
    changed();
  };
  const field = (label: string, value: string, apply: (value: string) => void, more: Record<string, string> = {}) =>
    h("input", { "aria-label": label, value, spellcheck: "false", autocomplete: "off", ...more, onchange: (event: { target: HTMLInputElement }) => apply(event.target.value.trim()) });
  const row = (check: Check, at: number) => {
    const limit = (Object.keys(LIMITS) as Limit[]).find((name) => check[name] !== null && check[name] !== undefined) ?? "above";
    const label = `check ${at + 1}`;
    const now = () => checks[at] ?? check;
    return h("tr", {},
      h("td", {}, field(`metric of ${label}`, check.metric, (metric) => set(at, { ...now(), metric }), { list: "metrics" })),
      h("td", {}, field(`slice of ${label}`, Object.entries(check.where ?? {}).map(([key, value]) => `${key}=${value}`).join(", "), (text) => set(at, { ...now(), where: sliceOf(text) }), { placeholder: "all rows" })),
      h("td", {}, field(`each value of, in ${label}`, [check.each ?? []].flat().join(", "), (text) => set(at, { ...now(), each: text ? text.split(/\s*,\s*/) : null }), { placeholder: "–" })),
      h("td", {}, h("select", { "aria-label": `limit of ${label}`, onchange: (event: { target: HTMLSelectElement }) => (set(at, limited(now(), event.target.value as Limit, String(limitValue(now())))), edit(policy)) },
        Object.entries(LIMITS).map(([name, words]) => h("option", { value: name, selected: name === limit }, words)))),
      h("td", {}, field(`value of ${label}`, String(check[limit] ?? ""), (text) => set(at, limited(now(), limit, text)), { class: "short", inputmode: "decimal" })),
      h("td", {}, field(`least rows of ${label}`, check.min_rows ? String(check.min_rows) : "", (text) => set(at, { ...now(), min_rows: text ? Number(text) : null }), { class: "short", inputmode: "numeric", placeholder: "any" })),
      h("td", {}, field(`confidence of ${label}`, check.confidence ? String(check.confidence) : "", (text) => set(at, { ...now(), confidence: text ? Number(text) : null }), { class: "short", inputmode: "decimal", placeholder: "value" })),
      h("td", {}, h("button", { type: "button", class: "quiet", "aria-label": `remove ${label}`, onclick: () => edit({ ...policy, check: checks.filter((_, other) => other !== at) }) }, "✕")));
  };
  const presets = h("select", { id: "preset", onchange: () => presets.value && edit(actions.preset(presets.value)) }, h("option", { value: "" }, "choose …"), actions.presets.map((name) => h("option", { value: name }, name)));
  const file = h("input", { type: "file", id: "policy-file", accept: ".toml,.json", class: "unseen", onchange: () => file.files?.[0] && actions.read(file.files[0]).then(edit, failed) });
  return h("div", {},
    h("datalist", { id: "metrics" }, metrics.map((metric) => h("option", { value: metric }))),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Policy" }, h("table", { class: "editor" },
      h("thead", {}, h("tr", {}, ["metric", "where", "for each", "limit", "value", "least rows", "confidence", ""].map((title) => h("th", { scope: "col" }, title || h("span", { class: "unseen" }, "remove"))))),
      h("tbody", {}, checks.map(row)))),
    h("div", { class: "controls" },
      h("button", { type: "button", onclick: () => edit({ ...policy, check: [...checks, { metric: metrics[0] ?? "accuracy", above: 0 }] }) }, "Add a check"),
      h("label", { for: "preset" }, "Start from"), presets,
      file, h("label", { for: "policy-file", class: "button" }, "Open a policy"),
      h("button", { type: "button", onclick: () => void actions.write(policy).then((text) => actions.save(`${policy.name || "policy"}.toml`, text, "text/plain")) }, "Download as TOML")));
}

const sliceOf = (text: string): Record<string, string> => Object.fromEntries(text.split(",").map((part) => part.split("=").map((side) => side.trim())).filter(([key, value]) => key && value !== undefined) as [string, string][]);

const limitValue = (check: Check) => (Object.keys(LIMITS) as Limit[]).map((name) => check[name]).find((value) => value !== null && value !== undefined) ?? 0;

/** The check with this limit and no other. */
function limited(check: Check, limit: Limit, text: string): Check {
  const bare: Check = { ...check, against: null };
  for (const name of Object.keys(LIMITS) as Limit[]) bare[name] = null;
  const value = text === "" || Number.isNaN(Number(text)) ? text : Number(text);
  return { ...bare, [limit]: value, ...(OVER_BASELINE.includes(limit) && { against: "baseline" as const }) };
}

function overriding(apply: (override: Facts["override"]) => void): HTMLElement {
  const actor = h("input", { id: "actor", autocomplete: "name" });
  const reason = h("input", { id: "reason", autocomplete: "off" });
  const expires = h("input", { id: "expires", type: "date" });
  const form = h("form", { class: "controls", onsubmit: (event: Event) => {
    event.preventDefault();
    apply({ actor: actor.value, reason: reason.value, expires: expires.value });
  } }, h("label", { for: "actor" }, "Who"), actor, h("label", { for: "reason" }, "Why"), reason, h("label", { for: "expires" }, "Until"), expires,
  h("button", { type: "submit" }, "Override"), h("button", { type: "reset", class: "quiet", onclick: () => apply(null) }, "Take back"));
  return form;
}

