// The report as a document of its own: every view, every fold open, every plot a picture.

import type { Report } from "driftgate";

import { pictures } from "../chart";
import { h } from "../element";
import { drift } from "./drift";
import { health } from "./health";
import { segments } from "./segments";

/** The parts of the document. */
export function kept(report: Report): HTMLElement[] {
  const views = pictures(() => [
    h("section", { class: `card verdict ${report.verdict}` }, h("h1", {}, report.summary)),
    drift(report, undefined),
    health(report, () => {}),
    segments(report),
  ]);
  for (const view of views) {
    for (const details of view.querySelectorAll("details")) details.remove();
    for (const control of view.querySelectorAll(".controls, .actions, button.quiet")) control.remove();
    for (const button of view.querySelectorAll("button")) button.replaceWith(...button.childNodes);
  }
  return views;
}
