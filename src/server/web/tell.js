/** Telling the person: a sentence near the input, a banner above the log, and actions that say when they fail. */
import { button, byId, el, some } from "./dom.js";
import { act } from "./wire.js";

/** Shows a sentence near the input; nothing clears it. @param {string} text */
export function tell(text) {
  const place = byId("inputerror") ?? byId("banners");
  if (place.id === "inputerror") place.textContent = text;
  else if (text) banner(text);
}

/** @param {number} seconds */
export const tellWait = (seconds) => tell(`Slow down: sending in ${some(seconds, "second")}…`);

/**
 * A sentence above the log, until it is dismissed. One for each key.
 * @param {string | Node} content
 * @param {{ key?: string, actions?: Node[], kind?: string, isFixed?: boolean }} [options]
 */
export function banner(content, { key = "", actions = [], kind = "info", isFixed = false } = {}) {
  if (key) byId("banners").querySelector(`[data-key="${key}"]`)?.remove();
  const element = el("div", { class: `banner ${kind}`, "data-key": key }, el("span", {}, content), ...actions);
  if (!isFixed) {
    const close = button("✕", () => element.remove(), "banner-close");
    close.setAttribute("aria-label", "dismiss");
    element.append(close);
  }
  byId("banners").append(element);
  while (byId("banners").childElementCount > 4) byId("banners").firstElementChild.remove();
  return element;
}

/** Runs an action and shows its failure. @param {string} path @param {Record<string, string | number>} [form] */
export async function attempt(path, form) {
  try {
    await act(path, form, tellWait);
    tell("");
    return true;
  } catch (error) {
    tell(messageOf(error));
    return false;
  }
}

/** @param {unknown} error */
export const messageOf = (error) => {
  if (error instanceof TypeError) return "The server cannot be reached. Try again in a moment.";
  return error instanceof Error ? error.message : String(error);
};
