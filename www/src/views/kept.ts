// The report as a document of its own: every view in it, every fold filled, every plot a picture.

import type { Report } from "driftgate";

import { pictures } from "../chart";
import { h } from "../element";
import { drift } from "./drift";
import { health } from "./health";
import { refold, unfold } from "./parts";
import { segments } from "./segments";
import { verdict } from "./verdict";

/** The parts of the document, with the verdicts of moving windows where they are known. */
export async function kept(report: Report, moving: Report | undefined): Promise<HTMLElement[]> {
  const files = (window: string) => Object.keys(report.provenance[window]?.sources ?? {});
  const views = await pictures(() => {
    const views = [verdict(report, files), drift(report, moving), health(report, () => {}), segments(report)];
    for (const view of views) {
      unfold(view);
      refold(view);
    }
    return views;
  });
  for (const view of views) {
    for (const control of view.querySelectorAll(".controls > :not(.legend), .actions, button.quiet")) control.remove();
    for (const button of view.querySelectorAll("button")) button.replaceWith(...button.childNodes);
  }
  return [...views, h("p", { class: "small" }, `driftgate ${report.driftgate}`)];
}
