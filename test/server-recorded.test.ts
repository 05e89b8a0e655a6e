/**
 * The local server's JSON and sentences against every recorded one: the same keys in the same order, the same types, the
 * same escapes. Recordings that were reformatted by hand show keys and types, but no escapes.
 */
import { describe, expect, test } from "vitest";
import { firstMessage, type WireStage, wireStage } from "./foreign-wire.js";
import { haveRecordings, recordedFiles, recording } from "./recorded.js";
import type { Socket } from "./server-support.js";

/** The keys and types of a value; `null` is kept, and so are the numbers that identify the event. */
function shapeOf(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([name]) => name !== "_comment");
    return entries.map(([name, item]) => [/^r\d+$/.test(name) ? "rN" : name, shapeOf(item, name)]);
  }
  return value === null || key === "event_type" ? value : typeof value;
}

const shapeOfText = (text: string): unknown => shapeOf(JSON.parse(text));
/** The events of a frame, with their shapes. */
type Frame = Record<string, { e?: object[] }>;
const eventsOf = (text: string): object[] => Object.values(JSON.parse(text) as Frame).flatMap(({ e }) => e ?? []);

/** A listener in room 11 who is in room 12 too, as on the recorded frames; frames begin after the arrival. */
async function listen({ guest }: WireStage): Promise<Socket> {
  for (const room of [12, 11]) await guest.send(`GET /rooms/${room}`);
  const socket = await guest.listen(await guest.send("POST /ws-auth", "roomid=11&fkey=FKEY"), "?l=99999999999");
  await socket.text();
  return socket;
}

const say = (stage: WireStage, text: string): Promise<string> =>
  stage.owner.send("POST /chats/11/messages/new", new URLSearchParams({ text, fkey: stage.owner.fkey }).toString());

/** Causes the recorded frame; returns ours. */
type Happening = (stage: WireStage, socket: Socket) => Promise<string>;
const M = firstMessage;

/** A request of the owner about a message, posted by the owner or by the guest. */
const then =
  (path: string, form: string, first: "owner" | "guest" = "owner"): Happening =>
  async (stage, socket) => {
    if (first === "owner") await say(stage, "test");
    else await stage.guest.send("POST /chats/11/messages/new", "text=test&fkey=FKEY");
    await socket.text();
    expect(await stage.owner.send(`POST /messages/${M}${path}`, `${form}&fkey=FKEY`)).toBe('200 "ok"');
    return socket.text();
  };
const saying =
  (text: string): Happening =>
  async (stage, socket) => {
    await say(stage, text);
    return socket.text();
  };
/** The guest has said something that can be replied to. */
const answering =
  (text: string): Happening =>
  async (stage, socket) => {
    await stage.guest.send("POST /chats/11/messages/new", "text=ask+me&fkey=FKEY");
    await socket.text();
    await say(stage, text);
    return socket.text();
  };
const arriving: Happening = async ({ nobody, site }, socket) => {
  await nobody.logIn(site.addUser({ name: "Newcomer" }).email);
  await nobody.send("GET /rooms/11");
  return socket.text();
};
const leaving: Happening = async (stage, socket) => {
  await stage.owner.send("POST /chats/leave/11", "quiet=true&fkey=FKEY");
  return socket.text();
};
const granting: Happening = async (stage, socket) => {
  await stage.owner.send("POST /rooms/setuseraccess/11", `aclUserId=${stage.guestId}&userAccess=read-write&fkey=FKEY`);
  return socket.text();
};
const moving =
  (from: number, to: number): Happening =>
  async ({ owner }, socket) => {
    await owner.send(`POST /chats/${from}/messages/new`, "text=one&fkey=FKEY");
    await socket.text();
    // The notice of a move appears in both rooms; each recording has only one room.
    await owner.send(`POST /admin/movePosts/${from}`, `ids=${M}&to=${to}&fkey=FKEY`);
    for (;;) {
      const { r11 } = JSON.parse(await socket.text()) as Record<string, { e?: unknown }>;
      if (r11?.e) return JSON.stringify({ r1: { e: r11.e } });
    }
  };

const edited = then("", "text=other");
const deletedAfterEdit: Happening = async (stage, socket) => {
  await edited(stage, socket);
  await stage.owner.send(`POST /messages/${M}/delete`, "fkey=FKEY");
  return socket.text();
};
const frames: Readonly<Record<string, Happening>> = {
  "oakbot-wiki/ws_1_posted.json": saying("test"),
  "oakbot-wiki/ws_2_edited.json": edited,
  "oakbot-wiki/ws_10_deleted.json": deletedAfterEdit,
  "oakbot-wiki/ws_18_reply_two_rooms.json": answering(`:${M} Test2`),
  "jamessobot/ws_1_image_onebox.json": saying("//i.stack.imgur.com/6x6tw.png"),
  "jamessobot/ws_1_posted_2013.json": saying("test"),
  "jamessobot/ws_3_user_entered_r23.json": arriving,
  "sochat4j/ws_moved_out_example.json": moving(11, 12),
  "sochat4j/ws_moved_in_example.json": moving(12, 11),
};

/** One event each, without the frame. */
const events: Readonly<Record<string, Happening>> = {
  "1": saying("test"),
  "2": edited,
  "3": arriving,
  "4": leaving,
  "6": then("/star", "", "guest"),
  "8": answering("@GusGuest hi"),
  "10": deletedAfterEdit,
  "15": granting,
  "18": answering(`:${M} test`),
};

async function withListener(act: Happening): Promise<string> {
  const stage = await wireStage({ replyPrefixInContent: true });
  await using _ = stage.server;
  const socket = await listen(stage);
  await stage.owner.send("GET /rooms/11");
  await stage.owner.send("GET /rooms/12");
  for (let n = 0; n < 2; n++) await socket.text();
  const text = await act(stage, socket);
  socket.close();
  return text;
}

describe.skipIf(!haveRecordings)("the answers of the local server (skipped without ../shared/fixtures)", () => {
  test.each(Object.entries(frames))("as in the frame %s", async (file, act) => {
    const ours = await withListener(act);
    expect(shapeOfText(ours)).toEqual(shapeOfText(recording(file)));
    expect(eventsOf(ours).length).toBeGreaterThan(0);
  });

  test("escapes a frame as the recorded one", async () => {
    const ours = await withListener(frames["jamessobot/ws_1_image_onebox.json"] ?? saying(""));
    const content = (text: string): string | undefined => /"content":\s*"(.*?)",\s*"id"/.exec(text)?.[1];
    expect(content(ours)).toBe(content(recording("jamessobot/ws_1_image_onebox.json")));
    expect(content(ours)).toContain(String.raw`\u003cdiv class=\"onebox ob-image\"\u003e`);
  });

  test.each(Object.entries(events))("as in the event samliew/events/%s.json", async (type, act) => {
    const ours = eventsOf(await withListener(act)).filter((event) => "event_type" in event);
    const [event] = ours.filter((candidate) => "event_type" in candidate && candidate.event_type === Number(type));
    expect(shapeOf(event)).toEqual(shapeOfText(recording(`samliew/events/${type}.json`)));
  });

  test("every kind of message in stackchat/chats_11540_events_mode_messages.json, and the frame around", async () => {
    const stage = await wireStage({ replyPrefixInContent: true });
    await using _ = stage.server;
    const { site } = stage;
    const [owen, gus] = [site.user("Owen").in(11), site.user("Gus Guest").in(11)];
    const first = gus.says("plain");
    owen.says("a reply", { replyTo: first });
    owen.deletes(owen.says("a reply that goes", { replyTo: first }).id);
    owen.says("@GusGuest by name");
    owen.deletes(owen.says("goes").id);
    gus.stars(owen.says("starred").id);
    owen.edits(owen.says("a reply to edit", { replyTo: first }).id, "a reply, edited");
    owen.edits(owen.says("to edit").id, "edited");
    const ours = (await stage.owner.send("POST /chats/11/events", "mode=Messages&fkey=FKEY")).slice(4);
    const kinds = (text: string): string[] =>
      [
        ...new Set((JSON.parse(text) as { events: object[] }).events.map((item) => JSON.stringify(shapeOf(item)))),
      ].sort();
    const recorded = recording("stackchat/chats_11540_events_mode_messages.json");
    expect(kinds(ours)).toEqual(kinds(recorded));
    const around = (text: string): unknown => shapeOf({ ...(JSON.parse(text) as object), events: [] });
    expect(around(ours)).toEqual(around(recorded));
    expect(around(ours)).toEqual(around(recording("oakbot-wiki/chats_1_events.json")));
  });

  test("and its contents are escaped as recorded", async () => {
    const recorded = recording("stackchat/chats_11540_events_mode_messages.json");
    const link = /"content":"(tpu- by suraj on .*?)","user_id"/.exec(recorded)?.[1] ?? "";
    expect(link).toContain(String.raw`\u003ca href=\"//askubuntu.com/questions/979130\"\u003e`);
    const stage = await wireStage();
    await using _ = stage.server;
    const markdown =
      "tpu- by suraj on [http://tophealthydiet.com/protesto-virility/](//askubuntu.com/questions/979130) \\[[MS](http://metasmoke.erwaysoftware.com/post/94658)]";
    await say(stage, markdown);
    const ours = await stage.guest.send("POST /chats/11/events", "mode=Messages&fkey=FKEY");
    expect(/"content":"(.*?)","user_id"/.exec(ours)?.[1]).toBe(link);
  });

  test("jamessobot: pingable people, room thumbs, user info, user search, and the answer to a post", async () => {
    const stage = await wireStage();
    await using _ = stage.server;
    const { site, guest, owner, nobody } = stage;
    const posted = (await say(stage, "hello")).slice(4);
    expect(shapeOfText(posted)).toEqual(shapeOfText(recording("oakbot-wiki/messages_new_ok.json")));
    await guest.send("POST /chats/11/messages/new", "text=hi&fkey=FKEY");
    const [row] = shapeOfText(recording("jamessobot/rooms_pingable_1.json")) as unknown[];
    const rows = shapeOfText((await guest.send("GET /rooms/pingable/11")).slice(4));
    expect(rows).toEqual([row, row]);
    const thumbs = (await owner.send("GET /rooms/thumbs/11")).slice(4);
    expect(shapeOfText(thumbs)).toEqual(shapeOfText(recording("jamessobot/rooms_thumbs_17.json")));
    const info = (await nobody.send("POST /user/info", "ids=200002&roomId=11")).slice(4);
    expect(shapeOfText(info)).toEqual(shapeOfText(recording("jamessobot/user_info.json")));
    site.addUser({ name: "Gustav" });
    const lines = (await guest.send("GET /users/search?q=gus")).slice(4).split("\n");
    const recordedLines = recording("jamessobot/users_search_q_JBis.ndjson").trim().split("\n");
    expect(lines.map(shapeOfText)).toEqual(recordedLines.slice(0, 2).map(shapeOfText));
  });

  test("every recorded answer is compared, or there is a reason", () => {
    const without: Readonly<Record<string, string>> = {
      "jamessobot/login_cookies.json": "a browser's export of its cookies; names and flags are in server-login.test.ts",
      "oneboxes/onebox_contents.json":
        "contents of messages; see recorded-markup.test.ts. Of oneboxes ours makes pictures and messages",
      "response_bodies.json":
        "compiled by hand; its rows are in foreign-sequences, server-messages and server-images.test.ts",
      "samliew/fixtures/create_room_body.json": "a request; see foreign-sequences.test.ts",
      "samliew/fixtures/update_room_body.json": "a request; see foreign-sequences.test.ts",
    };
    for (const [file, reason] of Object.entries(without)) console.warn(`${file} is not compared: ${reason}`);
    const others = [
      "stackchat/chats_11540_events_mode_messages.json",
      "oakbot-wiki/chats_1_events.json",
      "oakbot-wiki/messages_new_ok.json",
      ...["rooms_pingable_1.json", "rooms_thumbs_17.json", "user_info.json"].map((name) => `jamessobot/${name}`),
    ];
    const eventFiles = Object.keys(events).map((type) => `samliew/events/${type}.json`);
    const compared = [...Object.keys(frames), ...eventFiles, ...others, ...Object.keys(without)];
    expect(compared.sort()).toEqual(recordedFiles(".json"));
  });
});
