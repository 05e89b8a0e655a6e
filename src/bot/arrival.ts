/** A message on its way to its handlers. */
import { type ChatMessageEvent, isOnebox, moveNotice, type Room } from "../index.js";
import { fingerprint } from "../util/digest.js";
import type { Addressed } from "./addressed.js";
import type { Unheard } from "./handler-options.js";

export interface Arrived {
  readonly event: ChatMessageEvent;
  readonly room: Room;
  readonly addressed: Addressed | undefined;
  /** The name of the command, if it looks like one. */
  readonly command: string | undefined;
  /** The markdown after the command's name. */
  readonly rest: string;
  readonly unheard: readonly Unheard[];
  readonly isEdit: boolean;
}

/** A hash of what a message says, to notice an edit that changes nothing. */
export function sourceOf({ event, addressed, command, rest }: Arrived): string {
  return fingerprint(addressed ? `${command} ${rest}` : (event.content ?? ""));
}

/** The reasons why a bot does not hear a message unless it asks for such messages. */
export function unheardOf(event: ChatMessageEvent, html: string): readonly Unheard[] {
  const found: Unheard[] = [];
  if (event.byYou) found.push("own");
  const userId = numberOr(event.data.user_id);
  if (userId !== null && userId < 0) found.push("system");
  if (!html.includes("<")) return found;
  if (event.moved || moveNotice(html)) found.push("moves");
  if (isOnebox(html)) found.push("oneboxes");
  return found;
}

/** The number, or null if the value is none. */
export function numberOr(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
