// What a dotted word means, in a bubble: a title alone is not for fingers, nor for keys.

import { h } from "./element";

/** Shows the meaning of whatever has the focus. */
export function showHints(): void {
  const bubble = h("div", { class: "bubble", popover: "manual", role: "status" });
  document.body.append(bubble);
  addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches("abbr[title]")) return;
    bubble.textContent = target.title;
    bubble.showPopover();
    const word = target.getBoundingClientRect();
    const below = word.bottom + 6 + bubble.offsetHeight < innerHeight;
    bubble.style.top = `${below ? word.bottom + 6 : Math.max(word.top - 6 - bubble.offsetHeight, 0)}px`;
    bubble.style.left = `${Math.max(Math.min(word.left, innerWidth - bubble.offsetWidth - 12), 12)}px`;
  });
  for (const event of ["focusout", "scroll", "keydown"]) {
    addEventListener(event, () => bubble.hidePopover(), { capture: true, passive: true });
  }
}
