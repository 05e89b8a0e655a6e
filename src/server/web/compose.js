/** The message input of the room page: keys, replies, edits, the character count, and sending in order. */
import { completeKey, wireComplete } from "./complete.js";
import { byId, el, serverNow, some } from "./dom.js";
import { chat, keepPlace, messages, myId, reveal, roomId, toBottom } from "./log.js";
import { messageOf, showNotice, showWait } from "./notices.js";
import { people } from "./people.js";
import { act } from "./wire.js";

/** The most characters of a single line that the server accepts. */
const MAX_LINE = 500;
/** The time in which users may change their own messages, in seconds. */
const EDIT_WINDOW_SECONDS = 120;
const isModerator = document.body.dataset.isModerator === "true";
const input = byId("input");
/** The message being edited. @type {number | null} */
let editing = null;
/** The text of the input before the edit. */
let draft = "";
let sending = Promise.resolve();

/** Whether the viewer may still change a message. @param {any} message */
export function mayChange(message) {
  if (!input || message.content === undefined) return false;
  return isModerator || (message.user_id === myId && serverNow() - message.time_stamp < EDIT_WINDOW_SECONDS);
}

/** The number of characters over the limit of a single line, or 0. @param {string} text */
const excess = (text) => (text.includes("\n") ? 0 : Math.max(0, text.length - MAX_LINE));

function send() {
  const text = input.value.replace(/\s+$/, "");
  if (!text.trim()) return;
  if (excess(text) > 0)
    return showNotice(
      `A single line can have up to ${MAX_LINE} characters; this one has ${text.length}. Messages with several lines can be longer.`,
    );
  const target = editing;
  stopEditing(target === null ? "" : draft);
  showNotice("");
  say(text, target);
}

/** Sends a text after all earlier ones, or edits the message `target`. @param {string} text @param {number | null} [target] */
export function say(text, target = null) {
  const pending = target === null ? el("div", { class: "pending" }, "sending: ", text.slice(0, 120)) : null;
  if (pending) {
    toBottom();
    keepPlace(() => byId("bottom").append(pending));
  }
  sending = sending.then(() => deliver(text, target)).finally(() => pending?.remove());
}

/** @param {string} text @param {number | null} target */
async function deliver(text, target) {
  try {
    const path = target === null ? `/chats/${roomId}/messages/new` : `/messages/${target}`;
    const answer = await act(path, { text }, showWait);
    if (target === null && /** @type {any} */ (answer)?.id == null) throw new Error("You just posted the same text.");
    showNotice("");
  } catch (error) {
    showNotice(messageOf(error));
    if (!input.value) setInput(text);
  }
}

/** @param {string} text */
function setInput(text) {
  input.value = text;
  input.focus();
  input.setSelectionRange(text.length, text.length);
  measure();
}

/** @param {string} [text] */
function stopEditing(text = "") {
  editing = null;
  setInput(text);
  setMode("");
}

/** @param {string} text */
function setMode(text) {
  byId("input-mode").textContent = text;
  byId("input-mode").hidden = !text;
  byId("cancel-editing-button").hidden = !text;
  byId("input-area").classList.toggle("editing", editing !== null);
  for (const old of chat.querySelectorAll(".editing, .reply-parent")) old.classList.remove("editing", "reply-parent");
}

/** @param {number} id */
export async function edit(id) {
  const response = await fetch(`/message/${id}?plain=true`);
  if (!response.ok) return showNotice("That message cannot be edited.");
  if (editing === null) draft = input.value;
  editing = id;
  setInput(await response.text());
  setMode("Editing your message. Enter saves, Escape cancels.");
  showNotice("");
  byId(`message-${id}`)?.classList.add("editing");
}

/** @param {number} id */
export function reply(id) {
  if (editing !== null) stopEditing(draft);
  setInput(`:${id} ${input.value.replace(/^:\d+ ?/, "")}`);
  showReply();
}

/** Shows the author of the parent while the text begins with the id of a message. */
function showReply() {
  if (editing !== null) return;
  const parent = messages.get(Number(/^:(\d+)\s/.exec(input.value)?.[1]));
  setMode(parent ? `Replying to ${parent.user_name}. Escape cancels.` : "");
  if (parent) byId(`message-${parent.message_id}`)?.classList.add("reply-parent");
}

/** The own message before or after the one being edited that can still be changed. @param {number} step -1 for the one before */
function otherOwn(step) {
  const own = [...messages.values()]
    .filter((message) => message.user_id === myId && mayChange(message))
    .map((message) => message.message_id)
    .sort((a, b) => a - b);
  return editing === null
    ? own.at(-1)
    : own.filter((id) => Math.sign(id - (editing ?? 0)) === step).at(step < 0 ? -1 : 0);
}

/** Edits the previous or the next own message. @param {number} step */
function editOther(step) {
  const id = otherOwn(step);
  if (id !== undefined) {
    void edit(id);
    reveal(id);
  } else if (editing === null) showNotice("You have no message from the last two minutes to edit.");
  else if (step > 0) stopEditing(draft);
}

function codify() {
  const lines = input.value.split("\n");
  const coded = lines.every((/** @type {string} */ line) => line.startsWith("    "));
  setInput(lines.map((/** @type {string} */ line) => (coded ? line.slice(4) : `    ${line}`)).join("\n"));
}

/** Updates the height of the input, and the character count if it is near the limit. */
function measure() {
  const { value } = input;
  const left = MAX_LINE - value.length;
  const isShown = !value.includes("\n") && left < 100;
  const count = byId("input-count");
  count.textContent = isShown ? (left < 0 ? `${some(-left, "character")} too many` : `${left} left`) : "";
  count.classList.toggle("error", left < 0);
  input.rows = Math.min(10, Math.max(2, value.split("\n").length));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key } = event;
  if (event.isComposing) return;
  const isModified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
  const lastLine = input.selectionStart === input.value.length;
  let done = true;
  if (completeKey(event)) done = true;
  else if (key === "Enter" && !event.shiftKey) send();
  else if (key === "Escape" && editing !== null) stopEditing(draft);
  else if (key === "Escape" && input.value) stopEditing();
  else if (key === "ArrowUp" && !isModified && (!input.value || (editing !== null && input.selectionStart === 0)))
    editOther(-1);
  else if (key === "ArrowUp" && !isModified && editing !== null && !input.value.includes("\n")) editOther(-1);
  else if (key === "ArrowDown" && !isModified && editing !== null && lastLine) editOther(1);
  else if (key.toLowerCase() === "k" && event.ctrlKey && !event.altKey) codify();
  else done = false;
  if (done) event.preventDefault();
}

/** The users whose names can be completed: present users first, then recent authors. */
function candidates() {
  const found = new Map();
  for (const { user_id: id, user_name: name, time_stamp: time } of messages.values())
    if (id > 0) found.set(id, { id, name, rank: time });
  for (const { id, name, last_post: time } of people.values()) found.set(id, { id, name, rank: 1e10 + (time ?? 0) });
  found.delete(myId);
  return [...found.values()];
}

/** Enables or disables the input. @param {boolean} isOpen */
export function setOpen(isOpen) {
  if (!input) return;
  for (const part of [input, ...document.querySelectorAll("#chat-buttons button")]) part.disabled = !isOpen;
}

/** Attaches the listeners of the input. */
export function wireCompose() {
  if (!input) return;
  wireComplete(candidates);
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => {
    measure();
    showReply();
  });
  byId("sayit-button").addEventListener("click", send);
  byId("cancel-editing-button").addEventListener("click", () =>
    editing === null ? stopEditing(input.value.replace(/^:\d+ ?/, "")) : stopEditing(draft),
  );
  byId("codify-button").addEventListener("click", codify);
}
