/** The doctor's checks of each page and each JSON answer, read live. Changes nothing. */
import { roomEvents } from "../../protocol/actions/live.js";
import * as pages from "../../protocol/actions/pages.js";
import { pingableUsers, roomThumbs, searchUsers, userInfo } from "../../protocol/actions/people.js";
import type { Call } from "../../protocol/call.js";
import { numberOf } from "../../protocol/values.js";
import type { Session } from "../../transport/session.js";
import type { CheckOutcome, CheckRunner, DoctorSessions } from "./check-runner.js";

/** Values that these checks found, for the checks that follow. */
export interface Sample {
  readonly roomId: number;
  /** The newest event id of the host; undefined when the list could not be read. */
  readonly newestEventId: number | undefined;
  /** The server's clock minus this machine's, in milliseconds. */
  readonly skewMs: number | undefined;
}

/** The system user, which exists on every site. */
const SYSTEM_USER_ID = -1;

/** Reads every page and answer once. */
export async function checkPages(runner: CheckRunner, sessions: DoctorSessions): Promise<Sample> {
  const { reader, visitor } = sessions;
  const roomId = await checkRooms(runner, reader);
  const live = await checkEvents(runner, visitor, roomId);
  const read = <T>(
    name: string,
    call: Call<T>,
    say: (value: T) => CheckOutcome,
    from: Session = reader,
  ): Promise<boolean> => runner.check(name, async () => say(await from.call(call)));

  const asVisitor = "anonymously, because with a login it means entering";
  await read("room page", pages.roomPage(roomId), (page) => `"${page.name}", ${asVisitor}`, visitor);
  await read("room info page", pages.roomInfoPage(roomId), (info) => `"${info.name}", ${info.messageCount} messages`);
  const shownId = await checkTranscript(runner, reader, roomId);
  const messageId = live.messageId ?? shownId;
  if (messageId === undefined) await skip(runner, "history page", "there is no message to check");
  else
    await read(
      "history page",
      pages.historyPage(messageId),
      ({ revisions }) => `${revisions.length} of message ${messageId}`,
    );
  await read("list of stars", pages.starredMessages(roomId, 0), (stars) => `${stars.length} starred`);
  const userId = sessions.reader.me?.id ?? live.userId ?? SYSTEM_USER_ID;
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

/** Reads the list of rooms; returns the room to check, preferably one that anyone may write in. */
async function checkRooms(runner: CheckRunner, reader: Session): Promise<number> {
  let roomId = 1;
  await runner.check("rooms page", async () => {
    const { rooms } = await reader.call(pages.roomsPage({}, 1));
    const lively = rooms.find(({ access, frozen, deleted }) => access === "public" && !frozen && !deleted);
    roomId = lively?.id ?? rooms[0]?.id ?? 1;
    if (rooms.length === 0) {
      return { result: "warning", seen: "the list is empty", advice: "an empty site, or a page that has changed" };
    }
    return `${rooms.length} rooms; continuing with room ${roomId}, "${lively?.name ?? ""}"`;
  });
  return roomId;
}

/** Reads the list of messages anonymously; it also has the server's clock and newest event. */
async function checkEvents(
  runner: CheckRunner,
  visitor: Session,
  roomId: number,
): Promise<{ newestEventId?: number; skewMs?: number; messageId?: number; userId?: number }> {
  const found: { newestEventId?: number; skewMs?: number; messageId?: number; userId?: number } = {};
  await runner.check("list of messages", async () => {
    // The first call also fetches an fkey, so the second measures the time better.
    await visitor.call(roomEvents(roomId, { count: 1 }));
    const before = Date.now();
    const { events, time, sync } = await visitor.call(roomEvents(roomId, { count: 20 }));
    found.newestEventId = time;
    // The server sends whole seconds: on average half a second is cut off.
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

/** Reads the transcript, which may be closed to the account; returns a message on it. */
async function checkTranscript(runner: CheckRunner, reader: Session, roomId: number): Promise<number | undefined> {
  let messageId: number | undefined;
  await runner.check(
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

function skip(runner: CheckRunner, check: string, why: string): Promise<void> {
  return runner.note({ check, result: "warning", seen: `skipped: ${why}` });
}
