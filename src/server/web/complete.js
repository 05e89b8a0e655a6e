/**
 * Name completion after "@": a listbox above the input, in the ARIA combobox pattern. The focus stays in the input, and
 * `aria-activedescendant` marks the selected name.
 */
import { avatar, byId, el, fold } from "./dom.js";

/** @typedef {{ id: number, name: string, rank: number }} Candidate */

const MAX_SHOWN = 8;
const input = byId("input");
const list = byId("tabcomplete");
/** @type {Candidate[]} */
let shown = [];
let chosen = 0;
/** Whether Escape closed the list; reset when the text changes. */
let isDismissed = false;

/** Converts a name to its form after an "@". @param {string} name */
const pingName = (name) => name.replace(/[^\p{L}\p{N}]/gu, "");

/** Returns the partial name before the cursor, with the position of its "@". */
function typed() {
  const end = input.selectionStart;
  const match = /(^|[\s("',])@([\p{L}\p{N}_.-]{0,40})$/u.exec(input.value.slice(0, end));
  return match ? { text: fold(pingName(match[2] ?? "")), from: end - (match[2] ?? "").length - 1, end } : null;
}

/** Shows the names that match the partial name. @param {() => Candidate[]} candidates */
function offer(candidates) {
  const begun = input.selectionStart === input.selectionEnd && !isDismissed ? typed() : null;
  const fits = begun
    ? candidates().filter(
        ({ name }) =>
          fold(pingName(name)).startsWith(begun.text) ||
          name.split(/\s+/).some((part) => fold(part).startsWith(begun.text)),
      )
    : [];
  // A name typed in full needs no completion, so that Enter sends the message.
  const isWhole = fits.length === 1 && fold(pingName(fits[0]?.name ?? "")) === begun?.text;
  shown = (isWhole ? [] : fits).sort((a, b) => b.rank - a.rank || a.name.localeCompare(b.name)).slice(0, MAX_SHOWN);
  chosen = 0;
  draw();
}

function draw() {
  const isOpen = shown.length > 0;
  list.hidden = !isOpen;
  list.replaceChildren(
    ...shown.map(({ id, name }, index) => {
      const option = { role: "option", id: `complete-${id}`, "aria-selected": String(index === chosen) };
      return el("li", option, avatar(id, name, "avatar-16"), el("span", {}, name));
    }),
  );
  if (isOpen) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-activedescendant", `complete-${shown[chosen]?.id}`);
  } else {
    for (const name of ["role", "aria-expanded", "aria-activedescendant"]) input.removeAttribute(name);
  }
}

function close() {
  shown = [];
  draw();
}

/** @param {Candidate | undefined} candidate */
function take(candidate) {
  const begun = typed();
  if (!begun || !candidate) return;
  input.setRangeText(`@${pingName(candidate.name)} `, begun.from, begun.end, "end");
  close();
  input.focus();
  input.dispatchEvent(new Event("input"));
}

/** Handles a key of the open list. Returns whether it did. @param {KeyboardEvent} event */
export function completeKey(event) {
  if (shown.length === 0 || event.ctrlKey || event.altKey || event.metaKey) return false;
  const { key } = event;
  if (key === "ArrowDown" || key === "ArrowUp") {
    chosen = (chosen + (key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
    draw();
  } else if (key === "Enter" || (key === "Tab" && !event.shiftKey)) take(shown[chosen]);
  else if (key === "Escape") {
    isDismissed = true;
    close();
  } else return false;
  return true;
}

/** Attaches the completion to the input. @param {() => Candidate[]} candidates */
export function wireComplete(candidates) {
  input.addEventListener("input", () => {
    isDismissed = false;
    offer(candidates);
  });
  input.addEventListener("click", () => offer(candidates));
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (/** @type {MouseEvent} */ event) => {
    event.preventDefault();
    const option = /** @type {Element} */ (event.target).closest("[role=option]");
    take(shown.find(({ id }) => option?.id === `complete-${id}`));
  });
}
