/** Reads transcript pages, and merges what they say about their room. */
import type { Call } from "../protocol/call.js";
import type { TranscriptPage } from "../protocol/pages/index.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { Room } from "./room.js";
import { factsOfTranscript } from "./room-facts.js";

/** A page and its room. */
export interface DatedTranscript extends Dated<TranscriptPage> {
  readonly room: Room;
}

/** Reads a transcript page, and merges the name, description and tags in its sidebar into the room. */
export async function readTranscript(
  context: ObjectContext,
  call: Call<TranscriptPage>,
  options: RequestOptions = {},
): Promise<DatedTranscript> {
  const page = await dated(context, call, options);
  const room = context.identity.room(page.value.roomId);
  const facts = factsOfTranscript(page.value);
  const { description } = room.peek;
  // The sidebar has the description without markup, so a known one is kept.
  room.merge(description === undefined ? facts : { ...facts, description }, page.asOf);
  return { ...page, room };
}
