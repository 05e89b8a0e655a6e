/** Writing on the room page: the input with its keys, replies, edits, the count of characters, sending in order. */
import { completeKey, wireComplete } from "./complete.js";
import { byId, el, serverNow, some } from "./dom.js";
import { chat, keepPlace, messages, myId, reveal, roomId, toBottom } from "./log.js";
import { people } from "./people.js";
import { messageOf, tell, tellWait } from "./tell.js";
import { act } from "./wire.js";

/** The longest single line the server takes. */
const maxLine = 500;
/** How long one's own messages may be changed, in seconds. */
const editWindow = 120;
const isModerator = document.body.dataset.isModerator === "true";
const input = byId("input");
/** The message being edited. @type {number | null} */
let editing = null;
/** What stood in the input before the edit. */
let draft = "";
let sending = Promise.resolve();

/** Whether the viewer may still change a message. @param {any} message */
export function mayChange(message) {
  if (!input || message.content === undefined) return false;
  return isModerator || (message.user_id === myId && serverNow() - message.time_stamp < editWindow);
}

/** Too long for one line, or 0. @param {string} text */
const excess = (text) => (text.includes("\n") ? 0 : Math.max(0, text.length - maxLine));

function send() {
  const text = input.value.replace(/\s+$/, "");
  if (!text.trim()) return;
  if (excess(text) > 0)
    return tell(
      `A line may have ${maxLine} characters, this one has ${text.length}. Several lines have no such limit.`,
    );
  const target = editing;
  stopEditing(target === null ? "" : draft);
  tell("");
  say(text, target);
}

/** Sends a text after those sent before; `target` is the message it replaces. @param {string} text @param {number | null} [target] */
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
    const answer = await act(path, { text }, tellWait);
    if (target === null && /** @type {any} */ (answer)?.id == null)
      throw new Error("You said exactly that a moment ago.");
    tell("");
  } catch (error) {
    tell(messageOf(error));
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
  if (!response.ok) return tell("That message can't be edited.");
  if (editing === null) draft = input.value;
  editing = id;
  setInput(await response.text());
  setMode("Editing your message. Enter saves, Escape leaves it as it was.");
  tell("");
  byId(`message-${id}`)?.classList.add("editing");
}

/** @param {number} id */
export function reply(id) {
  if (editing !== null) stopEditing(draft);
  setInput(`:${id} ${input.value.replace(/^:\d+ ?/, "")}`);
  showReply();
}

/** Says whom the text answers, as long as it begins with the number of a message. */
function showReply() {
  if (editing !== null) return;
  const parent = messages.get(Number(/^:(\d+)\s/.exec(input.value)?.[1]));
  setMode(parent ? `Replying to ${parent.user_name}. Escape cancels.` : "");
  if (parent) byId(`message-${parent.message_id}`)?.classList.add("reply-parent");
}

/** Own messages before (or after) the one being edited that may still be changed. @param {number} step -1 for the one before */
function otherOwn(step) {
  const own = [...messages.values()]
    .filter((message) => message.user_id === myId && mayChange(message))
    .map((message) => message.message_id)
    .sort((a, b) => a - b);
  return editing === null
    ? own.at(-1)
    : own.filter((id) => Math.sign(id - (editing ?? 0)) === step).at(step < 0 ? -1 : 0);
}

/** Up edits the last own message, and from there the one before; down goes back. @param {number} step */
function editOther(step) {
  const id = otherOwn(step);
  if (id !== undefined) {
    void edit(id);
    reveal(id);
  } else if (editing === null) tell("There is no message of yours from the last two minutes to edit.");
  else if (step > 0) stopEditing(draft);
}

function codify() {
  const lines = input.value.split("\n");
  const coded = lines.every((/** @type {string} */ line) => line.startsWith("    "));
  setInput(lines.map((/** @type {string} */ line) => (coded ? line.slice(4) : `    ${line}`)).join("\n"));
}

/** The count of characters, near the limit only, and the height of the input. */
function measure() {
  const { value } = input;
  const left = maxLine - value.length;
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

/** Everybody whose name can be completed: those here first, then those who spoke. */
function candidates() {
  const found = new Map();
  for (const { user_id: id, user_name: name, time_stamp: time } of messages.values())
    if (id > 0) found.set(id, { id, name, rank: time });
  for (const { id, name, last_post: time } of people.values()) found.set(id, { id, name, rank: 1e10 + (time ?? 0) });
  found.delete(myId);
  return [...found.values()];
}

/** Closes or opens the input. @param {boolean} isOpen */
export function setOpen(isOpen) {
  if (!input) return;
  for (const part of [input, ...document.querySelectorAll("#chat-buttons button")]) part.disabled = !isOpen;
}

/** Listens to the input. */
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
