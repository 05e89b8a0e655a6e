/** Pages outside a room: toggles favorites, and adds quotes and "see full text" to messages as in the room. */
import { dress } from "./content.js";
import { byId } from "./dom.js";
import { post } from "./wire.js";

/** @param {HTMLElement} star */
async function toggle(star) {
  const roomId = star.closest("[id^=room-]")?.id.slice("room-".length) ?? "";
  const response = await post("/rooms/favorite", { roomId });
  if (!response.ok) return;
  const isFavorite = star.classList.toggle("favorite-room");
  star.setAttribute("aria-pressed", String(isFavorite));
}

if (document.querySelector(".logout-link") && byId("fkey")) {
  for (const star of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".favorite-room-vote"))) {
    const name = star.parentElement?.querySelector(".room-name, h1")?.textContent?.trim() ?? "";
    star.tabIndex = 0;
    star.setAttribute("role", "button");
    star.setAttribute("aria-label", `favorite room ${name}`);
    star.setAttribute("aria-pressed", String(star.classList.contains("favorite-room")));
    star.addEventListener("click", () => void toggle(star));
    star.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      void toggle(star);
    });
  }
}

for (const message of document.querySelectorAll(".message[id^=message-]")) {
  const content = message.querySelector(".content");
  const room = message.closest(".monologue")?.querySelector(".message-room a")?.getAttribute("href");
  const roomId = Number(/^\/rooms\/(\d+)/.exec(room ?? "")?.[1] ?? document.body.dataset.roomId);
  for (const code of message.querySelectorAll("pre")) code.tabIndex = 0;
  if (content && roomId) dress(content, roomId, Number(message.id.slice("message-".length)));
}
