// The report as a document of its own: every view in it, every fold filled, every plot a picture.

import type { Report } from "driftgate";

import { pictures } from "../chart";
import { h } from "../element";
import { drift } from "./drift";
import { health } from "./health";
import { segments } from "./segments";
import { verdict } from "./verdict";

/** The parts of the document. */
export async function kept(report: Report): Promise<HTMLElement[]> {
  const files = (window: string) => Object.keys(report.provenance[window]?.sources ?? {});
  const views = await pictures(() => {
    const views = [verdict(report, files), drift(report, undefined), health(report, () => {}), segments(report)];
    // Folds are filled when they are opened; in the document nobody is there to do it.
    for (const view of views) for (const fold of view.querySelectorAll("details")) fold.dispatchEvent(new Event("toggle"));
    return views;
  });
  for (const view of views) {
    for (const control of view.querySelectorAll(".controls > :not(.legend), .actions, button.quiet")) control.remove();
    for (const button of view.querySelectorAll("button")) button.replaceWith(...button.childNodes);
  }
  return [...views, h("p", { class: "small" }, `driftgate ${report.driftgate}`)];
}
