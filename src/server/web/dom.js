/** Helpers that all page scripts share: elements, names, times, avatars. */

/** @param {string} id @returns {any} the element; untyped, because the caller knows its type */
export const byId = (id) => document.getElementById(id);

/**
 * Creates an element with attributes and children.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * Creates a button with a click listener.
 * @param {string} text
 * @param {() => unknown} run
 * @param {string} [className]
 */
export function button(text, run, className = "button") {
  const element = el("button", { type: "button", class: className }, text);
  element.addEventListener("click", run);
  return element;
}

/** Folds case, accents and spaces of a name for comparison. @param {string} name */
export function fold(name) {
  return name
    .normalize("NFD")
    .replace(/[\p{M}\s]/gu, "")
    .toLowerCase();
}

/** Creates the avatar of a user, drawn from initials. @param {number} id @param {string} name @param {string} [size] */
export function avatar(id, name, size = "avatar-32") {
  const letters = (name.match(/[\p{L}\p{N}]+/gu) ?? ["?"]).slice(0, 2).map((word) => [...word][0]);
  const tint = `tint-${Math.abs(id) % 12}`;
  return el("span", {
    class: `avatar ${size} ${tint}`,
    "data-initials": letters.join("").toUpperCase(),
    "aria-hidden": "true",
  });
}

const offset = document.body.dataset.serverTime ? Number(document.body.dataset.serverTime) - Date.now() / 1000 : 0;

/** The server's time in unix seconds. */
export const serverNow = () => Date.now() / 1000 + offset;

/** @param {number} count @param {string} unit */
export const some = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** Formats an age: `just now`, `5m ago`, `3d ago`. @param {number} time unix seconds */
export function ago(time) {
  const seconds = Math.max(0, serverNow() - time);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ago`;
  if (seconds < 365 * 86_400) return `${Math.floor(seconds / 86_400)}d ago`;
  return `${Math.floor(seconds / (365 * 86_400))}y ago`;
}

/** Formats the time of a message: the clock time, after the date unless it is today. @param {number} time unix seconds */
export function clock(time) {
  const date = new Date(time * 1000);
  const at = date.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (date.toDateString() === new Date(serverNow() * 1000).toDateString()) return at;
  return `${date.toLocaleDateString([], { month: "short", day: "numeric" })} ${at}`;
}
