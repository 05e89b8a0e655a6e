/** Calls and frames against the answers that were recorded from the live sites. */
import { ChatError, Client, type CookieRecord } from "chatexchange-ts";
import {
  acknowledgeMessages,
  anyAction,
  avatarUrl,
  bookmarkConversation,
  type Call,
  cancelStars,
  deleteMessage,
  editMessage,
  flagForModerator,
  flagMessage,
  ignoreUser,
  inviteUser,
  kickUser,
  leaveRoom,
  movePosts,
  parseFrame,
  pingableUsers,
  postMessage,
  type RawEvent,
  removePins,
  requestAccess,
  roomEvents,
  roomThumbs,
  searchUsers,
  setUserAccess,
  tagNames,
  timeoutRoom,
  toggleFavorite,
  togglePin,
  toggleStar,
  uploadImage,
  userInfo,
  type WireAnswer,
} from "chatexchange-ts/protocol";
import { describe, expect, test } from "vitest";
import { readAnswer as read } from "./answers.js";
import { haveRecordings, recording } from "./recorded.js";

describe.skipIf(!haveRecordings)("recorded answers (skipped without ../shared/fixtures)", () => {
  test("chats_1_events.json and messages_new_ok.json", () => {
    const list = read(roomEvents(1), recording("oakbot-wiki/chats_1_events.json"));
    expect([list.time, list.sync]).toEqual([77918739, 1501636602]);
    expect(
      list.events.map(({ message_id, content, message_stars, message_edits }) => [
        message_id,
        content,
        message_stars,
        message_edits,
      ]),
    ).toEqual([
      [38442657, "<b>hello</b> world", 1, undefined],
      [38446507, "two", undefined, 1],
      [38446514, "three", undefined, undefined],
    ]);
    expect(read(postMessage(1, "x"), recording("oakbot-wiki/messages_new_ok.json"))).toEqual({
      id: 38469011,
      time: 1501724999,
    });
  });

  test("chats_11540_events_mode_messages.json", () => {
    const { events, time, sync } = read(
      roomEvents(11540),
      recording("stackchat/chats_11540_events_mode_messages.json"),
    );
    expect([events.length, time, sync]).toEqual([100, 81818807, 1511383213]);
    expect(events[0]).toMatchObject({
      message_id: 41294188,
      user_id: 120914,
      user_name: "SmokeDetector",
      time_stamp: 1511353847,
    });
    expect(events.filter((event) => event.content === undefined)).toHaveLength(2);
    expect(events.every((event) => event.id === undefined && event.room_id === 11540)).toBe(true);
    expect(events[6]).toMatchObject({ parent_id: 41294662, show_parent: true, content: "@SmokeDetector why" });
    const implicit = events.filter((event) => event.parent_id !== undefined && event.show_parent === undefined);
    expect(implicit.map((event) => event.message_id)).toContain(41301180);
    const ids = events.map((event) => event.message_id ?? 0);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test("jamessobot: pingable, thumbs, user info, search", () => {
    const people = read(pingableUsers(1), recording("jamessobot/rooms_pingable_1.json"));
    expect(people).toHaveLength(14);
    expect(people[0]).toEqual({ id: 6296561, name: "Zoe", lastSeen: 1558822652, lastPost: 1558800697 });
    expect(people[5]?.name).toBe("Denys Séguret");
    const room = read(roomThumbs(17), recording("jamessobot/rooms_thumbs_17.json"));
    expect(room).toMatchObject({ id: 17, name: "JavaScript", isFavorite: true, usage: null });
    expect(tagNames(room.tags)).toEqual(["ecmascript", "ecmascript-6", "javascript", "nodejs", "typescript"]);
    const [user] = read(userInfo([7886229], 1), recording("jamessobot/user_info.json"));
    expect(user).toMatchObject({
      id: 7886229,
      name: "JBis",
      reputation: 324,
      is_moderator: false,
      is_owner: null,
      last_seen: 1558239940,
    });
    expect(avatarUrl(user?.email_hash)).toBe("https://i.stack.imgur.com/8kBbg.png?s=128&g=1");
    const found = read(searchUsers("JBis"), recording("jamessobot/users_search_q_JBis.ndjson"));
    expect(found).toHaveLength(16);
    expect(found[0]).toEqual({
      id: 7886229,
      name: "JBis",
      emailHash: "!https://i.stack.imgur.com/8kBbg.png?s=128&g=1",
    });
    expect(found[1]).toEqual({ id: 1128805, name: "jbisa", emailHash: "05d61e48bb8383dd08a6f369a6286b9f" });
  });

  test("login_cookies.json, a browser's export, is what `cookies` takes", () => {
    const cookies: CookieRecord[] = JSON.parse(recording("jamessobot/login_cookies.json"));
    expect(cookies.map(({ name }) => name)).toEqual(["rawr", "_ga", "_gid", "_gat", "prov", "__qca", "acct"]);
    expect(() => new Client("stackoverflow.com", { cookies })).not.toThrow();
  });
});

/** For each recorded frame: room key, cursor, distance, and of each event type, id, room, message and user. */
const frames: Record<string, readonly unknown[]> = {
  "oakbot-wiki/ws_1_posted.json": [[1, 76625573, 1, [[1, 76625573, 1, 37799434, 13379]]]],
  "oakbot-wiki/ws_2_edited.json": [[1, 76625602, 1, [[2, 76625602, 1, 37799446, 13379]]]],
  "oakbot-wiki/ws_10_deleted.json": [[1, 76625609, 1, [[10, 76625609, 1, 37799446, 13379]]]],
  "oakbot-wiki/ws_18_reply_two_rooms.json": [
    [
      1,
      77322111,
      2,
      [
        [18, 77322110, 1, 38145271, 13379],
        [1, 77322111, 1, 38145271, 13379],
      ],
    ],
    [139, 77322111, 2, [[18, 77322110, 1, 38145271, 13379]]],
  ],
  "jamessobot/ws_1_image_onebox.json": [[1, 94420223, 1, [[1, 94420223, 1, 46278793, 7886229]]]],
  "jamessobot/ws_1_posted_2013.json": [[1, 23531402, 1, [[1, 23531402, 1, 11832153, 617762]]]],
  "jamessobot/ws_3_user_entered_r23.json": [[23, 94420094, 2, [[3, 94420093, 23, undefined, 7886229]]]],
  "sochat4j/ws_moved_in_example.json": [
    [
      1,
      undefined,
      undefined,
      [
        [20, 1, 1, 20157245, 50],
        [1, 4, 1, 20157248, 100],
      ],
    ],
  ],
  "sochat4j/ws_moved_out_example.json": [
    [
      1,
      undefined,
      undefined,
      [
        [19, 1, 1, 20157245, 50],
        [1, 4, 1, 20157248, 100],
      ],
    ],
  ],
};

describe.skipIf(!haveRecordings)("recorded frames (skipped without ../shared/fixtures)", () => {
  test.each(Object.entries(frames))("%s", (path, expected) => {
    const { rooms, malformed } = parseFrame(recording(path));
    expect(malformed).toEqual([]);
    const brief = (event: RawEvent) => [event.event_type, event.id, event.room_id, event.message_id, event.user_id];
    expect(rooms.map(({ roomId, t, d, events }) => [roomId, t, d, events.map(brief)])).toEqual(expected);
  });

  test.each([
    ["1", { id: 90287708, message_id: 44402065, content: "test", user_name: "FrankerZ" }],
    ["2", { id: 90287713, message_id: 44402065, content: "test5", message_edits: 1 }],
    ["3", { id: 90287690, user_id: 4875631, target_user_id: 4875631 }],
    ["4", { id: 90287677, user_id: 4875631, target_user_id: 4875631 }],
    ["6", { id: 90287778, message_id: 44396284, message_stars: 1, user_id: undefined }],
    [
      "8",
      { id: 90287761, message_id: 44402078, target_user_id: 10162108, parent_id: 44396284, show_parent: undefined },
    ],
    ["10", { id: 90287714, message_id: 44402065, content: undefined }],
    ["15", { id: 90288628, content: "Access now read-write", target_user_id: 10162108 }],
    ["18", { id: 90287765, message_id: 44402081, parent_id: 44396284, show_parent: true }],
  ])("samliew/events/%s.json", (type, expected) => {
    const frame = `{"r167908":{"e":[${recording(`samliew/events/${type}.json`)}],"t":90288628,"d":1}}`;
    const [room] = parseFrame(frame).rooms;
    const event = new Map(Object.entries(room?.events[0] ?? {}));
    expect(event.get("event_type")).toBe(Number(type));
    for (const [key, value] of Object.entries(expected)) expect([key, event.get(key)]).toEqual([key, value]);
  });
});

/** Every literal body of response_bodies.json and what a caller gets of it: a value, or the code of a failure. */
const bodies: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['{"id":38469011,"time":1501724999}', { id: 38469011, time: 1501724999 }],
  ['{"id":null,"time":null}', "DUPLICATE"],
  ["You can perform this action again in 2 seconds.", "THROTTLED"],
  ["The room does not exist, or you do not have permission", "FORBIDDEN"],
  ["Your account is blocked, ending in 5 hours", "SUSPENDED"],
  ["Your account is blocked, ending on Oct 2 at 1:37", "SUSPENDED"],
  ["The room is in timeout, ending in 58 seconds", "ROOM_TIMEOUT"],
  ["The room has been frozen; new messages cannot be added", "ROOM_FROZEN"],
  ["The message is too long", "TOO_LONG"],
  ['"ok"', undefined],
  ['"It is too late to edit this message"', "TOO_LATE"],
  ['"You can only edit your own messages"', "NOT_YOURS"],
  ['"This message has already been deleted and cannot be edited"', "ALREADY_DELETED"],
  ['"The message has been deleted and cannot be edited"', "ALREADY_DELETED"],
  ['"You cannot write or edit messages in this room"', "FORBIDDEN"],
  ["", "NOT_FOUND"],
  ['"This message has already been deleted."', "ALREADY_DELETED"],
  ['"It is too late to delete this message"', "TOO_LATE"],
  ['"You can only delete your own messages"', "NOT_YOURS"],
  ['"Only a room-owner can pin messages"', "FORBIDDEN"],
  ["timeout applied", undefined],
  ['{"message":"The user has been kicked and cannot return ..."}', "The user has been kicked and cannot return ..."],
  ["3", 3],
  ['{"ok":true,"message":"..."}', "..."],
  ["<html>...<script>var result = 'https://i.stack.imgur.com/x.png'; ...</script>", "https://i.stack.imgur.com/x.png"],
  ["<html>...<script>var error = '...';</script>", "REFUSED"],
]);

/** The calls that speak to an endpoint of response_bodies.json. */
const calls: Readonly<Record<string, readonly Call<unknown>[]>> = {
  "POST /chats/{room}/messages/new": [postMessage(1, "x")],
  "POST /messages/{id}": [editMessage(5, "x")],
  "POST /messages/{id}/delete": [deleteMessage(5)],
  "POST /messages/{id} | /delete": [editMessage(5, "x"), deleteMessage(5)],
  "POST /messages/{id}/owner-star": [togglePin(5)],
  "POST /rooms/timeout/{room}": [timeoutRoom(1, 60, "x")],
  "POST /rooms/kickmute/{room}": [kickUser(1, 2)],
  "POST /admin/movePosts/{room}": [movePosts(1, [5, 6, 7], 2)],
  "POST /conversation/new": [bookmarkConversation(1, 5, 7, "x")],
  "POST /upload/image": [uploadImage("https://example.com/x.png")],
};

/** Every action whose response is read. */
const allActions: readonly Call<unknown>[] = [
  ...new Set(Object.values(calls).flat()),
  ...[toggleStar(5), cancelStars(5), removePins(5), flagMessage(5), flagForModerator(5, "x")],
  ...[acknowledgeMessages([5]), ignoreUser(2, true), leaveRoom(1), toggleFavorite(1), requestAccess(1)],
  ...[inviteUser(1, 2), setUserAccess(1, 2, "owner"), anyAction("/x", {})],
];

/** The outcome of a call with this response: its value, or the code of its failure. */
function outcomeOf(call: Call<unknown>, body: string, more: Partial<WireAnswer>): unknown {
  try {
    return read(call, body, more);
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

describe.skipIf(!haveRecordings)("response_bodies.json (skipped without ../shared/fixtures)", () => {
  const rows: { endpoint: string; status: number | string; body: string; location?: string }[] = haveRecordings
    ? JSON.parse(recording("response_bodies.json"))
    : [];

  test.each(rows)("$endpoint $body", ({ endpoint, status, body, location }) => {
    const speakers = endpoint === "any throttled POST" ? allActions : (calls[endpoint] ?? []);
    expect(speakers).not.toEqual([]);
    expect(bodies.has(body)).toBe(true);
    // The redirect is followed, and its target is a not-found page.
    const url = location ? { url: `https://chat.stackoverflow.com${location}`, status: 404 } : {};
    for (const answered of typeof status === "number" ? [status] : [400, 404, 409]) {
      for (const call of speakers) {
        const outcome = outcomeOf(call, body, { status: answered, ...url });
        expect([call.request.path, outcome]).toEqual([call.request.path, bodies.get(body)]);
      }
    }
  });

  test("has no endpoint and no body less than the tables here", () => {
    expect(rows.map(({ body }) => body)).toEqual(expect.arrayContaining([...bodies.keys()]));
    expect(rows.map(({ endpoint }) => endpoint)).toEqual(expect.arrayContaining(Object.keys(calls)));
  });
});
