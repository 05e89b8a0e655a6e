/** Actions on a message: its menu, stars, pins, and clicks on its icons. */
import { edit, mayChange, reply } from "./compose.js";
import { byId, el } from "./dom.js";
import { chat, messages, myId, reveal, scroller, update } from "./log.js";
import { attempt, showNotice } from "./notices.js";

const { isOwner, isModerator } = document.body.dataset;
const rules = isOwner === "true" || isModerator === "true";

/** @param {number} id @returns {[string, () => unknown][]} */
function entriesOf(id) {
  const message = messages.get(id);
  const alive = message.content !== undefined;
  const mine = message.user_id === myId;
  /** @type {[string, boolean, () => unknown][]} */
  const all = [
    ["reply", alive && Boolean(byId("input")), () => reply(id)],
    ["edit", mayChange(message), () => edit(id)],
    ["delete", mayChange(message), () => attempt(`/messages/${id}/delete`)],
    [message.message_starred ? "unstar" : "star", alive && myId !== 0 && !mine, () => star(id)],
    [message.message_owner_starred ? "unpin" : "pin", alive && rules, () => pin(id)],
    ["cancel stars", alive && rules && message.message_stars > 0, () => attempt(`/messages/${id}/unstar`)],
    ["permalink", true, () => location.assign(`/transcript/message/${id}#${id}`)],
    ["history", alive || mine || rules, () => location.assign(`/messages/${id}/history`)],
  ];
  return all.filter(([, offered]) => offered).map(([name, , run]) => [name, run]);
}

/** @param {number} id */
async function star(id) {
  if (!myId) return showNotice("Log in to star messages.");
  const { message_starred: before, user_id: author } = messages.get(id);
  if (author === myId) return showNotice("You cannot star your own messages.");
  if (await attempt(`/messages/${id}/star`)) update({ message_id: id }, { message_starred: !before });
}

/** @param {number} id */
async function pin(id) {
  const { message_owner_starred: before } = messages.get(id);
  if (await attempt(`/messages/${id}/owner-star`)) update({ message_id: id }, { message_owner_starred: !before });
}

/** @param {HTMLElement} opener @param {number} id */
function openMenu(opener, id) {
  const wasOpen = opener.getAttribute("aria-expanded") === "true";
  closeMenu();
  if (wasOpen) return;
  const menu = el("div", { class: "popup", role: "menu", id: "message-menu", "aria-label": "message actions" });
  for (const [name, run] of entriesOf(id)) {
    const item = el("button", { type: "button", role: "menuitem", tabindex: "-1" }, name);
    item.onclick = () => {
      closeMenu();
      if (name !== "reply" && name !== "edit") opener.focus();
      run();
    };
    menu.append(item);
  }
  menu.onkeydown = (event) => onMenuKey(event, menu, opener);
  opener.setAttribute("aria-expanded", "true");
  opener.after(menu);
  if (menu.getBoundingClientRect().bottom > scroller.getBoundingClientRect().bottom) menu.classList.add("above");
  /** @type {HTMLElement | null} */ (menu.firstElementChild)?.focus();
}

/** @param {KeyboardEvent} event @param {HTMLElement} menu @param {HTMLElement} opener */
function onMenuKey(event, menu, opener) {
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[to % items.length]?.focus();
  else if (event.key === "Escape") {
    closeMenu();
    opener.focus();
  } else if (event.key === "Tab") {
    closeMenu();
    opener.focus();
    return;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function closeMenu() {
  for (const opener of chat.querySelectorAll('.action-link[aria-expanded="true"]'))
    opener.setAttribute("aria-expanded", "false");
  byId("message-menu")?.remove();
}

/** @param {MouseEvent} event */
function onChatClick(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const id = Number(target.closest(".message")?.id.slice("message-".length));
  const opener = /** @type {HTMLElement | null} */ (target.closest(".action-link"));
  if (opener && !event.ctrlKey && !event.metaKey) openMenu(opener, id);
  else if (target.closest(".newreply") && byId("input")) reply(id);
  else if (target.closest(".message .stars")) void star(id);
  else {
    const parentId = Number(target.closest(".reply-info")?.getAttribute("href")?.split("#")[1]);
    if (!parentId || !reveal(parentId)) return;
  }
  event.preventDefault();
}

/** Attaches the listeners of messages. */
export function wireMenu() {
  chat.addEventListener("click", onChatClick);
  chat.addEventListener("keydown", (event) => {
    const link = /** @type {HTMLElement} */ (event.target);
    if (event.key === " " && link.matches(".action-link")) {
      event.preventDefault();
      link.click();
    }
  });
  document.addEventListener("click", (event) => {
    if (!(/** @type {Element} */ (event.target).closest(".action-link, .popup"))) closeMenu();
  });
}
