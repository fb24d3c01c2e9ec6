// Files out of the tab, made in it: nothing is sent anywhere.

import { needs } from "driftgate";
import type { Policy, ReplayRow } from "driftgate";

/** Offers a file to be kept. */
export function save(name: string, content: string | Uint8Array, type: string): void {
  const address = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** The page as it stands, in one file: every fold open, every plot a picture. */
export async function html(title: string, views: HTMLElement[]): Promise<string> {
  const style = await (await fetch("style.css")).text();
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const body = views.map((view) => view.outerHTML).join("\n");
  return `<!doctype html>
<html lang="en" class="kept">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(title)}</title>
<style>${style.replaceAll("</", "<\\/")}</style>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** A policy as the command line reads it. */
export async function policyText(policy: Policy): Promise<string> {
  const { stringify } = await import("smol-toml");
  return stringify(withoutNull(policy) as Record<string, unknown>);
}

/** A policy from a file: JSON by its name, else TOML. */
export async function policyOf(file: File): Promise<Policy> {
  const text = await file.text();
  try {
    const { parse } = file.name.toLowerCase().endsWith(".json") ? JSON : await import("smol-toml");
    const policy = parse(text) as Policy;
    // JSON, in which it goes to core, has no such number: it would be as if nothing had been said.
    JSON.stringify(policy, (key, value: unknown) => {
      if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`${key} = ${value}: expected a finite number`);
      return value;
    });
    // Whether it is a policy is core's to say.
    needs(policy);
    return policy;
  } catch (error) {
    throw new Error(`${file.name}: ${(error as Error).message}`);
  }
}

function withoutNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNull);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNull(inner)]));
}

/** Rows to train on, as JSON lines that driftgate reads again: every name is a role's. */
export function replayText(rows: ReplayRow[]): string {
  const line = ({ prediction, actual, weight, ...row }: ReplayRow) => ({
    ...row,
    prediction: cell(prediction),
    actual: cell(actual),
    // A log with a column `weight` would be taken for a weighted one.
    sample_weight: weight,
  });
  return rows.map((row) => `${JSON.stringify(line(row))}\n`).join("");
}

/** A label, or a number where the text is one in JSON; `007` stays a text. */
function cell(text: string | null | undefined): string | number | null {
  if (text === null || text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "number" ? value : text;
  } catch {
    return text;
  }
}
