/** The onebox of a chat message whose URL is a whole message (protocol.md §7.2, recorded markup). */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { isLoopback } from "../../protocol/sites.js";
import { mayRead } from "./access.js";
import type { RoomRecord } from "./records.js";
import type { World } from "./world.js";

/** Renders the onebox of a URL; null unless it is the URL of a message that everyone in `room` may read. */
export function messageOnebox(world: World, room: RoomRecord, address: string): string | null {
  const url = URL.parse(address, "https://unknown.invalid");
  // Message ids are unique per chat host only.
  if (!url || !(isLoopback(url.hostname) || `https://${url.hostname}` === world.chatOrigin)) return null;
  const inPath = /^\/transcript\/message\/(\d{1,15})$/.exec(url.pathname)?.[1];
  const id = Number(inPath ?? (/^\/transcript\/\d+$/.test(url.pathname) ? url.searchParams.get("m") : null) ?? 0);
  const message = world.messages.get(id);
  const source = message && world.rooms.get(message.roomId);
  if (!message || message.deleted || !source || (source !== room && !mayRead(source, null))) return null;
  const title = `${new Date(message.timeStamp * 1000).toISOString().slice(0, 19).replace("T", " ")}Z`;
  // Oneboxes do not nest: the quote of an image or of another onebox is its URL.
  const quote = /^<div class="onebox/.test(message.content) ? escapeHtml(message.source) : message.content;
  return (
    `<div class="onebox ob-message"><a rel="noopener noreferrer" class="roomname" ` +
    `href="/transcript/message/${id}#${id}"><span title="${title}">${since(world.now() - message.timeStamp)}</span></a>, ` +
    `by <span class="user-name">${escapeHtml(world.nameOf(message.userId))}</span> <br/>` +
    `<div class="quote">${quote}</div></div>`
  );
}

/** Formats how long ago a message was posted. */
function since(seconds: number): string {
  const some = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return some(Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return some(Math.floor(seconds / 3600), "hour");
  if (seconds < 2 * 86_400) return "yesterday";
  return some(Math.floor(seconds / 86_400), "day");
}
