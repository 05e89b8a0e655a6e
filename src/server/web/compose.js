/**
 * Writing and acting on the room page: the input with its keys, replies, edits, stars, pins, and the menu of a message.
 */
import { chat, el, fold, keepBottom, messages, myId, people, roomId, update } from "./log.js";
import { act } from "./wire.js";

const { isOwner, isModerator, serverTime } = document.body.dataset;
const offset = Number(serverTime) - Date.now() / 1000;
/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const input = byId("input");
/** The message being edited. @type {number | null} */
let editing = null;
let sending = Promise.resolve();

// ---- telling the person

/** Shows a sentence near the input. @param {string} text */
export function tell(text) {
  const place = byId("inputerror") ?? byId("connection");
  place.textContent = text;
}

/** @param {number} seconds */
const tellWait = (seconds) => tell(`Sending again in ${seconds} second${seconds === 1 ? "" : "s"}…`);

/** Runs an action and shows its failure. @param {string} path @param {Record<string, string | number>} [form] */
export async function attempt(path, form) {
  try {
    await act(path, form, tellWait);
    tell("");
    return true;
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return false;
  }
}

// ---- writing

function send() {
  const text = input.value.replace(/\s+$/, "");
  if (!text.trim()) return;
  if (!text.includes("\n") && text.length > 500)
    return tell(`A line may have 500 characters, this one has ${text.length}.`);
  const target = editing;
  stopEditing();
  const pending =
    target === null ? el("div", { class: "pending", role: "status" }, `sending: ${text.slice(0, 120)}`) : null;
  if (pending) keepBottom(() => byId("bottom").append(pending));
  sending = sending.then(() => deliver(text, target)).finally(() => pending?.remove());
}

/** @param {string} text @param {number | null} target */
async function deliver(text, target) {
  try {
    const answer = await act(
      target === null ? `/chats/${roomId}/messages/new` : `/messages/${target}`,
      { text },
      tellWait,
    );
    if (target === null && /** @type {any} */ (answer)?.id == null)
      throw new Error("You said exactly that a moment ago.");
    tell("");
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    if (!input.value) setInput(text);
  }
}

/** @param {string} text */
function setInput(text) {
  input.value = text;
  input.focus();
  input.setSelectionRange(text.length, text.length);
}

function stopEditing() {
  editing = null;
  setInput("");
  setMode("");
}

/** @param {string} text */
function setMode(text) {
  byId("input-mode").textContent = text;
  byId("input-mode").hidden = !text;
  byId("cancel-editing-button").hidden = !text;
  for (const old of chat.querySelectorAll(".editing, .reply-parent")) old.classList.remove("editing", "reply-parent");
}

/** @param {number} id */
async function edit(id) {
  const response = await fetch(`/message/${id}?plain=true`);
  if (!response.ok) return tell("That message can't be edited.");
  setInput(await response.text());
  setMode("Editing a message. Enter saves, Escape cancels.");
  editing = id;
  byId(`message-${id}`)?.classList.add("editing");
}

/** @param {number} id */
function reply(id) {
  setInput(`:${id} ${input.value.replace(/^:\d+ ?/, "")}`);
  setMode(`Replying to ${messages.get(id)?.user_name}.`);
  byId(`message-${id}`)?.classList.add("reply-parent");
}

/** Own messages that may still be edited, newest first; `before` skips. @param {number} [before] */
function lastOwn(before = Infinity) {
  const own = [...messages.values()].filter(
    (m) => m.user_id === myId && m.content !== undefined && m.message_id < before,
  );
  return own.sort((a, b) => b.message_id - a.message_id)[0]?.message_id;
}

function completeName() {
  const end = input.selectionStart;
  const match = /@([^\s@]*)$/.exec(input.value.slice(0, end));
  if (!match) return false;
  const names = [...people.values(), ...messages.values()].map((p) => (p.name ?? p.user_name ?? "").replace(/\s/g, ""));
  const name = names.find((candidate) => fold(candidate).startsWith(fold(match[1] ?? "")));
  if (!name) return false;
  input.setRangeText(`@${name} `, end - match[0].length, end, "end");
  return true;
}

function codify() {
  const lines = input.value.split("\n");
  const coded = lines.every((/** @type {string} */ line) => line.startsWith("    "));
  setInput(lines.map((/** @type {string} */ line) => (coded ? line.slice(4) : `    ${line}`)).join("\n"));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key } = event;
  if (event.isComposing) return;
  let done = true;
  if (key === "Enter" && !event.shiftKey) send();
  else if (key === "Escape" && (editing !== null || input.value)) stopEditing();
  else if (key === "ArrowUp" && (!input.value || editing !== null) && lastOwn(editing ?? Infinity))
    void edit(lastOwn(editing ?? Infinity));
  else if (key === "k" && event.ctrlKey) codify();
  else done = key === "Tab" && !event.shiftKey && completeName();
  if (done) event.preventDefault();
}

// ---- the menu of a message

/** @param {number} id @returns {[string, () => unknown][]} */
function entriesOf(id) {
  const message = messages.get(id);
  const alive = message.content !== undefined;
  const mine = message.user_id === myId;
  const young = Date.now() / 1000 + offset - message.time_stamp < 120;
  /** @type {[string, boolean, () => unknown][]} */
  const all = [
    ["reply", alive && Boolean(input), () => reply(id)],
    ["edit", alive && Boolean(input) && ((mine && young) || isModerator === "true"), () => edit(id)],
    ["delete", alive && ((mine && young) || isModerator === "true"), () => attempt(`/messages/${id}/delete`)],
    [message.message_starred ? "unstar" : "star", alive && myId !== 0 && !mine, () => star(id)],
    [
      message.message_owner_starred ? "unpin" : "pin",
      alive && (isOwner === "true" || isModerator === "true"),
      () => pin(id),
    ],
    ["permalink", true, () => location.assign(`/transcript/message/${id}#${id}`)],
    ["history", true, () => location.assign(`/messages/${id}/history`)],
  ];
  return all.filter(([, offered]) => offered).map(([name, , run]) => [name, run]);
}

/** @param {number} id */
async function star(id) {
  if (!myId) return tell("Log in to star messages.");
  const { message_starred: before } = messages.get(id);
  if (await attempt(`/messages/${id}/star`)) update({ message_id: id }, { message_starred: !before });
}

/** @param {number} id */
async function pin(id) {
  const { message_owner_starred: before } = messages.get(id);
  if (await attempt(`/messages/${id}/owner-star`)) update({ message_id: id }, { message_owner_starred: !before });
}

/** @param {HTMLElement} opener @param {number} id */
function openMenu(opener, id) {
  closeMenu();
  const menu = el("div", { class: "popup", role: "menu", id: "message-menu" });
  for (const [name, run] of entriesOf(id)) {
    const item = el("button", { type: "button", role: "menuitem" }, name);
    item.onclick = () => {
      closeMenu();
      run();
    };
    menu.append(item);
  }
  menu.onkeydown = (event) => {
    const items = /** @type {HTMLElement[]} */ ([...menu.children]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (step) items[(at + step + items.length) % items.length]?.focus();
    if (event.key === "Escape") closeMenu();
    if (event.key === "Escape") opener.focus();
    if (step || event.key === "Escape") event.preventDefault();
  };
  opener.after(menu);
  if (menu.getBoundingClientRect().bottom > byId("chat-scroll").getBoundingClientRect().bottom)
    menu.classList.add("above");
  /** @type {HTMLElement | null} */ (menu.firstElementChild)?.focus();
}

function closeMenu() {
  byId("message-menu")?.remove();
}

/** @param {MouseEvent} event */
function onChatClick(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const id = Number(target.closest(".message")?.id.slice("message-".length));
  const opener = /** @type {HTMLElement | null} */ (target.closest(".action-link"));
  if (opener) openMenu(opener, id);
  else if (target.closest(".newreply") && input) reply(id);
  else if (target.closest(".message .stars")) void star(id);
  else {
    const parent = byId(`message-${target.closest(".reply-info")?.getAttribute("href")?.split("#")[1]}`);
    if (!parent) return;
    parent.scrollIntoView({ block: "center" });
    parent.classList.add("highlight");
    setTimeout(() => parent.classList.remove("highlight"), 2000);
  }
  event.preventDefault();
}

/** Listens to the input and to clicks on messages. */
export function wireCompose() {
  chat.addEventListener("click", onChatClick);
  document.addEventListener("click", (event) => {
    if (!(/** @type {Element} */ (event.target).closest(".action-link, .popup"))) closeMenu();
  });
  if (!input) return;
  input.addEventListener("keydown", onKey);
  byId("sayit-button").addEventListener("click", send);
  byId("cancel-editing-button").addEventListener("click", stopEditing);
  byId("codify-button").addEventListener("click", codify);
}
