/** One event as one line for people. */
import { type ChatEvent, ChatMessageEvent, MessagePosted, StreamGap, UserEntered, UserLeft } from "../../index.js";
import { oneLine } from "../output/text.js";
import type { Paint } from "./shown.js";

/** The longest text that a line shows. */
const longest = 500;

/** Such as `Sandbox │ Alice: hello`. */
export function eventLine(event: ChatEvent, paint: Paint): string {
  const room = oneLine(event.room?.peek.name ?? (event.room ? `room ${event.room.id}` : ""));
  return `${paint("dim", `${room} │`)} ${whatHappened(event, paint)}`;
}

function whatHappened(event: ChatEvent, paint: Paint): string {
  const who = paint("cyan", oneLine(event.user?.peek.name ?? (event.user ? `user ${event.user.id}` : "somebody")));
  const text = shortened(event.textContent ?? "");
  if (event instanceof StreamGap) return paint("yellow", oneLine(`events may be missing: ${event.reason}`));
  if (event instanceof MessagePosted) return `${who}${event.isReply ? ` ↳ ${event.parentId}` : ""}: ${text}`;
  if (event instanceof UserEntered) return paint("dim", "→ ") + who;
  if (event instanceof UserLeft) return paint("dim", "← ") + who;
  const kind = paint("dim", event.constructor.name);
  if (event instanceof ChatMessageEvent) {
    const stars = event.stars > 0 ? ` ${paint("yellow", `★${event.stars}`)}` : "";
    return `${kind} ${event.messageId}${stars}${text === "" ? "" : ` ${text}`}`;
  }
  return `${kind} ${who}${text === "" ? "" : ` ${text}`}`;
}

function shortened(text: string): string {
  const line = oneLine(text);
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
