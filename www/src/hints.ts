// What a dotted word means, in a bubble: a title alone is not for fingers, nor for keys.

import { h } from "./element";

/** Shows the meaning of whatever has the focus. */
export function showHints(): void {
  const bubble = h("div", { class: "bubble", role: "status", hidden: true });
  document.body.append(bubble);
  let word: HTMLElement | undefined;
  const place = () => {
    bubble.hidden = !word;
    if (!word) return;
    const { left, top, bottom } = word.getBoundingClientRect();
    const below = bottom + 6 + bubble.offsetHeight < innerHeight;
    bubble.style.top = `${below ? bottom + 6 : Math.max(top - 6 - bubble.offsetHeight, 0)}px`;
    bubble.style.left = `${Math.max(Math.min(left, innerWidth - bubble.offsetWidth - 12), 12)}px`;
  };
  const show = (now: EventTarget | null) => {
    word = now instanceof HTMLElement && now.matches("abbr[title]") ? now : undefined;
    bubble.textContent = word?.title ?? "";
    place();
  };
  addEventListener("focusin", ({ target }) => show(target));
  // Where the page is drawn anew the focus goes without a word.
  for (const event of ["focusout", "keydown", "pointerdown"]) addEventListener(event, () => show(null));
  addEventListener("scroll", () => word && place(), { capture: true, passive: true });
}
