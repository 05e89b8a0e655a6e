/** Notices to the user: a sentence near the input, a banner above the log, and the failures of actions. */
import { button, byId, el, some } from "./dom.js";
import { act } from "./wire.js";

/** Shows a sentence near the input; "" clears it. @param {string} text */
export function showNotice(text) {
  const place = byId("inputerror") ?? byId("banners");
  if (place.id === "inputerror") place.textContent = text;
  else if (text) banner(text);
}

/** @param {number} seconds */
export const showWait = (seconds) => showNotice(`Rate limit: sending in ${some(seconds, "second")}…`);

/**
 * Shows a banner above the log until it is dismissed, at most one per key.
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
    await act(path, form, showWait);
    showNotice("");
    return true;
  } catch (error) {
    showNotice(messageOf(error));
    return false;
  }
}

/** @param {unknown} error */
export const messageOf = (error) => {
  if (error instanceof TypeError) return "Cannot reach the server. Try again in a moment.";
  return error instanceof Error ? error.message : String(error);
};
