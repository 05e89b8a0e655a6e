/** Other rooms: new messages in the viewer's rooms, and the switcher that finds a room by name. */
import { ago, byId, el } from "./dom.js";
import { post } from "./wire.js";

/** Shows a new message of another room. @param {any} event */
export function otherRoomSpoke({ room_id: id, user_name: name, content = "", time_stamp: time }) {
  const item = document.querySelector(`#my-rooms #room-${Number(id)}`);
  const info = item?.querySelector(".room-info");
  if (!item || !info) return;
  const text = el("span", { class: "text" });
  text.textContent = new DOMParser().parseFromString(content, "text/html").body.textContent;
  const stamp = el("div", { class: "time data" }, String(time));
  info.replaceChildren(
    el("div", { class: "last-message" }, el("span", { class: "user-name" }, name), ": ", text, stamp),
  );
  item.classList.add("unread");
  showTimes();
}

/** Updates all relative times. */
export function showTimes() {
  for (const stamp of document.querySelectorAll("#my-rooms .time.data")) {
    const time = Number(stamp.getAttribute("data-time") ?? stamp.textContent);
    stamp.setAttribute("data-time", String(time));
    stamp.textContent = ago(time);
  }
  for (const stamp of document.querySelectorAll("#starred-posts .relativetime")) {
    const time = Date.parse((stamp.getAttribute("title") ?? "").replace(" ", "T")) / 1000;
    if (time) stamp.textContent = ago(time);
  }
}

/** @param {string} filter */
async function findRooms(filter) {
  const response = await fetch(`/rooms/minilist?filter=${encodeURIComponent(filter)}`);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const links = [...page.querySelectorAll(".room-mini")].map((mini) => {
    const link = mini.querySelector(".room-name a");
    const about = mini.querySelector(".room-mini-description")?.textContent ?? "";
    const href = new URL(link?.getAttribute("href") ?? "/", location.href).pathname;
    return el("li", {}, el("a", { href }, el("strong", {}, link?.textContent ?? ""), el("span", {}, about)));
  });
  byId("switch-list").replaceChildren(...links);
  byId("switch-status").textContent = links.length === 0 ? "No room name matches." : "";
}

function openSwitcher() {
  byId("switch-rooms").showModal();
  byId("switch-filter").value = "";
  byId("switch-filter").focus();
  void findRooms("");
}

/** Attaches the listeners of the switcher and of the leave buttons. */
export function wireRooms() {
  byId("switch-button").addEventListener("click", openSwitcher);
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyR") return;
    event.preventDefault();
    openSwitcher();
  });
  byId("switch-filter").addEventListener("input", () => void findRooms(byId("switch-filter").value.trim()));
  byId("switch-rooms").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = [byId("switch-filter"), ...byId("switch-list").querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Enter" && at === 0) stops[1]?.click();
    else if (step) stops[(at + step + stops.length) % stops.length].focus();
    else return;
    event.preventDefault();
  });
  byId("my-rooms")?.addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const item = /** @type {Element} */ (event.target).closest(".quickleave")?.closest("li");
    if (item) void post(`/chats/leave/${item.id.slice(5)}`, { quiet: "true" }).then(() => item.remove());
  });
  setInterval(showTimes, 30_000);
  showTimes();
}
