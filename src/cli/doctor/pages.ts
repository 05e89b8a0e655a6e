/** The doctor's checks of each page and each JSON answer, read live. Nothing here changes anything. */
import { roomEvents } from "../../protocol/actions/live.js";
import * as pages from "../../protocol/actions/pages.js";
import { pingableUsers, roomThumbs, searchUsers, userInfo } from "../../protocol/actions/people.js";
import type { Call } from "../../protocol/call.js";
import { numberOf } from "../../protocol/values.js";
import type { Session } from "../../transport/session.js";
import type { Examination, Eyes, Seen } from "./examination.js";

/** What the checks found on the way, for those that follow. */
export interface Sample {
  readonly roomId: number;
  /** The newest event of the host; undefined when the list could not be read. */
  readonly newestEventId: number | undefined;
  /** The server's clock minus this machine's, in milliseconds. */
  readonly skewMs: number | undefined;
}

/** Somebody every site has. */
const systemUserId = -1;

/** Reads every page and answer once. */
export async function checkPages(examination: Examination, eyes: Eyes): Promise<Sample> {
  const { reader, visitor } = eyes;
  const roomId = await checkRooms(examination, reader);
  const live = await checkEvents(examination, visitor, roomId);
  const read = <T>(name: string, call: Call<T>, say: (value: T) => Seen, from: Session = reader): Promise<boolean> =>
    examination.check(name, async () => say(await from.call(call)));

  const asVisitor = "as a visitor, because with a login it means entering";
  await read("room page", pages.roomPage(roomId), (page) => `"${page.name}", ${asVisitor}`, visitor);
  await read("room info page", pages.roomInfoPage(roomId), (info) => `"${info.name}", ${info.messageCount} messages`);
  const shownId = await checkTranscript(examination, reader, roomId);
  const messageId = live.messageId ?? shownId;
  if (messageId === undefined) await skip(examination, "history page", "there is no message to look at");
  else
    await read(
      "history page",
      pages.historyPage(messageId),
      ({ revisions }) => `${revisions.length} of message ${messageId}`,
    );
  await read("list of stars", pages.starredMessages(roomId, 0), (stars) => `${stars.length} starred`);
  const userId = eyes.reader.me?.id ?? live.userId ?? systemUserId;
  await read("profile page", pages.profilePage(userId), ({ name }) => `"${name}" (user ${userId})`);
  await read(
    "search page",
    pages.searchPage({ text: "the", roomId }, 1),
    ({ hits }) => `${hits.length} hits for "the"`,
  );

  await read("room thumbs", roomThumbs(roomId), ({ name }) => `"${name}"`);
  await read("pingable users", pingableUsers(roomId), (users) => `${users.length} people`);
  await read("user info", userInfo([userId], roomId), ([user]) =>
    user ? `"${user.name}"` : { result: "warning", seen: `nothing about user ${userId}` },
  );
  await read("user search", searchUsers("a", 5), (users) => `${users.length} people with an "a"`);
  return { roomId, newestEventId: live.newestEventId, skewMs: live.skewMs };
}

/** The list of rooms; answers the one to look at: the first anybody may talk in. */
async function checkRooms(examination: Examination, reader: Session): Promise<number> {
  let roomId = 1;
  await examination.check("rooms page", async () => {
    const { rooms } = await reader.call(pages.roomsPage({}, 1));
    const lively = rooms.find(({ access, frozen, deleted }) => access === "public" && !frozen && !deleted);
    roomId = lively?.id ?? rooms[0]?.id ?? 1;
    if (rooms.length === 0) {
      return { result: "warning", seen: "the list is empty", advice: "an empty site, or a page that has changed" };
    }
    return `${rooms.length} rooms; the following looks at room ${roomId}, "${lively?.name ?? ""}"`;
  });
  return roomId;
}

/** The list of messages, read as a visitor; it brings the server's clock and cursor, too. */
async function checkEvents(
  examination: Examination,
  visitor: Session,
  roomId: number,
): Promise<{ newestEventId?: number; skewMs?: number; messageId?: number; userId?: number }> {
  const found: { newestEventId?: number; skewMs?: number; messageId?: number; userId?: number } = {};
  await examination.check("list of messages", async () => {
    // The first call fetches an fkey as well, so the second tells the time better.
    await visitor.call(roomEvents(roomId, { count: 1 }));
    const before = Date.now();
    const { events, time, sync } = await visitor.call(roomEvents(roomId, { count: 20 }));
    found.newestEventId = time;
    // The server tells whole seconds: on the average half a second is cut off.
    if (sync !== null) found.skewMs = sync * 1000 + 500 - (before + Date.now()) / 2;
    const visible = events.findLast(
      ({ content, message_id: id }) => content !== undefined && numberOf(id) !== undefined,
    );
    const messageId = numberOf(visible?.message_id);
    const userId = numberOf(visible?.user_id);
    if (messageId !== undefined) found.messageId = messageId;
    if (userId !== undefined && userId !== 0) found.userId = userId;
    return `${events.length} of room ${roomId}`;
  });
  return found;
}

/** The transcript, which some may not see; answers a message on it. */
async function checkTranscript(examination: Examination, reader: Session, roomId: number): Promise<number | undefined> {
  let messageId: number | undefined;
  await examination.check(
    "transcript page",
    async () => {
      const page = await reader.call(pages.transcriptPage(roomId));
      messageId = page.messages.findLast(({ deleted }) => !deleted)?.id;
      return `${page.messages.length} messages of ${page.day}`;
    },
    {
      ifRefused: "warning",
      adviceIfRefused:
        "transcripts are closed to you; messages are read from the lists instead, which is enough for bots",
    },
  );
  return messageId;
}

function skip(examination: Examination, check: string, why: string): Promise<void> {
  return examination.note({ check, result: "warning", seen: `not looked at: ${why}` });
}
