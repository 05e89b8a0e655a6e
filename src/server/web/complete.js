/**
 * Completing a name after "@": a listbox above the input, in the ARIA combobox pattern. The focus stays in the input;
 * `aria-activedescendant` says which name is chosen.
 */
import { avatar, byId, el, fold } from "./dom.js";

/** @typedef {{ id: number, name: string, rank: number }} Candidate */

const shownAtMost = 8;
const input = byId("input");
const list = byId("tabcomplete");
/** @type {Candidate[]} */
let shown = [];
let chosen = 0;
/** Closed by Escape until the text changes. */
let isDismissed = false;

/** A name as it stands after an "@". @param {string} name */
const pingName = (name) => name.replace(/[^\p{L}\p{N}]/gu, "");

/** The beginning of a name before the cursor, with where its "@" stands. */
function typed() {
  const end = input.selectionStart;
  const match = /(^|[\s("',])@([\p{L}\p{N}_.-]{0,40})$/u.exec(input.value.slice(0, end));
  return match ? { text: fold(pingName(match[2] ?? "")), from: end - (match[2] ?? "").length - 1, end } : null;
}

/** Offers names while there is the beginning of one. @param {() => Candidate[]} candidates */
function offer(candidates) {
  const begun = input.selectionStart === input.selectionEnd && !isDismissed ? typed() : null;
  const fits = begun
    ? candidates().filter(
        ({ name }) =>
          fold(pingName(name)).startsWith(begun.text) ||
          name.split(/\s+/).some((part) => fold(part).startsWith(begun.text)),
      )
    : [];
  // A name that is written out needs no completing, and Enter then sends.
  const isWhole = fits.length === 1 && fold(pingName(fits[0]?.name ?? "")) === begun?.text;
  shown = (isWhole ? [] : fits).sort((a, b) => b.rank - a.rank || a.name.localeCompare(b.name)).slice(0, shownAtMost);
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

/** The keys of the open list. True when the key was one. @param {KeyboardEvent} event */
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

/** Listens to the input. @param {() => Candidate[]} candidates */
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
