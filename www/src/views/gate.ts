// May the candidate be promoted? The policy, its checks, and the decision, made again at every change.

import type { CheckResult, Decision, Facts, Policy, Report } from "driftgate";

import { advice } from "../advice";
import { h, table } from "../element";
import { count, interval, number } from "../format";
import { drawn, pill, section } from "./parts";
import { editing } from "./policy";

/** What the view needs of the session. */
export interface GateActions {
  policy: Policy;
  /** Decides again, and remembers the policy. */
  decide(policy: Policy, overruled: Facts["override"]): Promise<Decision>;
  /** Whether the logs have to be read again before all slices of the policy are known. */
  unread(policy: Policy): boolean;
  readAgain(): void;
  /** Says which model is the candidate. */
  model(name: string): void;
  preset(name: string): Policy;
  presets: readonly string[];
  /** A policy as the text of a file, and back. */
  write(policy: Policy): Promise<string>;
  read(file: File): Promise<Policy>;
  save(name: string, text: string, type: string): void;
}

/** The view. */
export function gate(report: Report, actions: GateActions): HTMLElement {
  let policy = structuredClone(actions.policy);
  let overruled: Facts["override"];
  const answer = h("div", { "aria-live": "polite" }, h("p", { class: "waiting" }, "Deciding …"));
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
      // A decision on another policy must not stand beside this one.
      answer.replaceChildren();
      failed(error as Error);
    }
  };
  const failed = (error: Error) => {
    problem.replaceChildren(h("span", {}, advice(error.message)));
    problem.hidden = false;
  };
  const edit = (next: Policy) => {
    policy = next;
    editor.replaceChildren(editing(report, policy, edit, () => void decide(), actions, failed));
    void decide();
  };
  edit(policy);
  const models = Object.keys(report.current?.models ?? {});
  const candidate = h(
    "select",
    { id: "candidate", onchange: () => candidate.value && actions.model(candidate.value) },
    report.current?.model_choice === "most_rows" && h("option", { value: "" }, "choose …"),
    models.map((name) =>
      h("option", { value: name, selected: report.current?.model_choice !== "most_rows" && name === report.plan.model }, name),
    ),
  );
  return h(
    "div",
    { class: "view" },
    models.length > 1 && h("div", { class: "controls" }, h("label", { for: "candidate" }, "Candidate"), candidate),
    answer,
    section("Policy", "All checks must pass. Whatever you change is decided at once.", problem, editor),
    section(
      "Override",
      "A person may approve whatever the checks say; who, why and until when is kept with them.",
      overriding((next) => {
        overruled = next;
        void decide();
      }),
    ),
  );
}

function decided(decision: Decision, actions: GateActions, policy: Policy): HTMLElement[] {
  const tone = decision.approved ? "pass" : decision.verdict;
  const line = {
    pass: "Every check passed.",
    fail: `Failed: ${decision.checks_failed.join(", ")}.`,
    inconclusive: `Cannot say: ${decision.checks_inconclusive.join(", ")}.`,
  }[decision.verdict];
  const words =
    {
      PROMOTE: "Promote the candidate",
      REJECT: "Do not promote the candidate",
      INCONCLUSIVE: "Too little is known to promote the candidate",
    }[decision.recommendation] ?? decision.recommendation;
  const said = decision.coverage?.message;
  // Where too few were answered, a warning says it.
  const covered = decision.warnings.some((warning) => said && warning.startsWith(said)) ? undefined : said;
  return [
    h(
      "section",
      { class: `card verdict ${tone}` },
      h("h2", {}, `${words}${decision.candidate ? `: ${decision.candidate}` : ""}`),
      h(
        "p",
        {},
        line,
        decision.override
          ? ` Approved by ${decision.override.actor} until ${decision.override.expires}: ${decision.override.reason}`
          : "",
      ),
      covered !== undefined && h("p", {}, `The candidate ${covered}.`),
      decision.warnings.length > 0 &&
        h(
          "ul",
          { class: "notes" },
          decision.warnings.map((warning) => h("li", {}, warning)),
        ),
      actions.unread(policy) &&
        h(
          "p",
          {},
          "Some slices of this policy were not counted. ",
          h("button", { type: "button", onclick: actions.readAgain }, "Read the logs again"),
        ),
      h(
        "p",
        { class: "actions" },
        h(
          "button",
          { type: "button", onclick: () => actions.save("decision.json", JSON.stringify(decision), "application/json") },
          "Download decision",
        ),
      ),
    ),
    section(
      "Checks",
      `${count(decision.checks_passed.length)} passed, ${count(decision.checks_failed.length)} failed, ${count(decision.checks_inconclusive.length)} cannot say.`,
      table(
        "Checks",
        [
          {
            title: "verdict",
            cell: (one) => pill(one.verdict),
            sort: (one) => ["fail", "inconclusive", "pass"].indexOf(one.verdict),
          },
          { title: "check", head: true, cell: (one) => one.name, sort: (one) => one.name },
          { title: "value", number: true, cell: (one) => number(one.value), sort: (one) => one.value },
          { title: "limit", number: true, cell: (one) => `${one.op} ${number(one.threshold)}` },
          ...(decision.checks.some((one) => one.interval)
            ? [
                { title: "interval and limit", cell: scale },
                { title: "interval", number: true, cell: (one: CheckResult) => interval(one.interval) },
              ]
            : []),
          { title: "n", number: true, cell: (one) => count(one.n), sort: (one) => one.n },
          { title: "why", prose: true, cell: (one) => advice(one.reason) },
        ],
        decision.checks,
      ),
    ),
  ];
}

/** Value, interval and limit on one line, where confidence was asked for. */
function scale({ value, threshold, interval: bounds, verdict }: CheckResult): HTMLElement | string {
  if (typeof value !== "number" || typeof threshold !== "number" || !bounds) return "";
  return drawn([value, threshold, ...bounds], { value, bounds, against: threshold, tone: verdict });
}

function overriding(apply: (override: Facts["override"]) => void): HTMLElement {
  const actor = h("input", { id: "actor", autocomplete: "name", required: true });
  const reason = h("input", { id: "reason", autocomplete: "off", required: true });
  const expires = h("input", { id: "expires", type: "date", required: true });
  const form = h(
    "form",
    {
      class: "controls",
      onsubmit: (event: Event) => {
        event.preventDefault();
        apply({ actor: actor.value, reason: reason.value, expires: expires.value });
      },
    },
    h("label", { for: "actor" }, "Who"),
    actor,
    h("label", { for: "reason" }, "Why"),
    reason,
    h("label", { for: "expires" }, "Until"),
    expires,
    h("button", { type: "submit" }, "Override"),
    h("button", { type: "reset", class: "quiet", onclick: () => apply(null) }, "Take back"),
  );
  return form;
}
