// What core says to do names options of the command; here each of them tells where the same is done on the page.

import { hint } from "./element";

const HERE: Record<string, string> = {
  "--allow-truncated": "an option of the command: here a file has to be whole",
  "--decimal": "here: choose it under Questions (in the view Data)",
  "--ignore": "here: name the column under Questions (in the view Data)",
  "--baseline": "here: choose this window for a file, under Files (in the view Data)",
  "--cases": "here: drop the log itself, not a profile of it",
  "--lookback": "here: drop a log of the days that are meant",
  "--map": "here: choose the role of the column, under Columns (in the view Data)",
  "--metric": "here: choose it in the view A/B",
  "--model": "here: name it under Questions (in the view Data), or choose the candidate in the view Gate",
  "--models": "here: choose the incumbent in the view A/B",
  "--outcomes": "here: choose outcomes for the file, under Files (in the view Data)",
  "--reference": "here: choose this window for a file, under Files (in the view Data)",
  "--rule": "here: choose the rule under Questions (in the view Data)",
  "--segment": "here: count by these columns, under Questions (in the view Data)",
};

/** A text of core, in which options say where to find them on the page. */
export const advice = (text: string) =>
  text
    .split(/(--[a-z-]+)/)
    .map((part) => hint(part, part.startsWith("--") ? (HERE[part] ?? "an option of the command") : undefined, true));
