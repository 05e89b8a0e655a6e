/**
 * The requests of other clients, one by one as in their source code: parameter names and their case, query or
 * body, headers they send or leave out; and the exact responses of our server. Our own client takes no part, so the
 * two cannot agree with each other and both be wrong. Names of the clients: ../shared/protocol.md, "Source short names".
 */
import { describe, expect, test } from "vitest";
import { header, type Step, takeSteps } from "./foreign-steps.js";
import { firstMessage, now, type Wire, type WireStage, wireStage } from "./foreign-wire.js";

const M = firstMessage;
const ok = '200 "ok"';
const said = (index: number): string => `200 {"id":${M + index},"time":${now}}`;
const noRoom = "404 The room does not exist, or you do not have permission";
const socketUrl = /^200 \{"url":"wss:\/\/chat\.sockets\.stackexchange\.com\/events\/11\/[0-9a-f]{32}"\}$/;
const throttled = "409 You can perform this action again in";

const later = (ms: number) => (stage: WireStage) => stage.clock.advance(ms);
const visit = (path: string) => (stage: WireStage) => stage.guest.visit(path);

/** Opens a socket as a client does, lets something happen, and compares the frames as text. */
function hears(l: string, frames: readonly string[], happening: (stage: WireStage) => unknown, origin?: string): Step {
  return async (stage) => {
    const { guest } = stage;
    const socket = await guest.listen(await guest.send("POST /ws-auth", "roomid=11&fkey=FKEY"), l, origin);
    await happening(stage);
    for (const frame of frames) expect(await socket.text()).toBe(frame);
    socket.close();
  };
}

const ce: readonly Step[] = [
  // After its login it looks for `.my-profile` behind the redirect of the login page.
  ["guest", "GET //stackoverflow.com/users/login", undefined, "302 "],
  header("guest", "location", "https://stackoverflow.com/"),
  ["guest", "GET //stackoverflow.com/", undefined, /<a class="my-profile" href="[^"]*\/users\/200002\/gus-guest">/],
  ["guest", "GET /chats/join/favorite", undefined, /class="topbar-menu-links">\s*<a href="\/users\/200002\/gus-guest"/],
  [
    "guest",
    "POST /chats/11/events",
    "since=0&mode=Messages&msgCount=100&fkey=FKEY",
    /^200 \{"events":\[\],"time":\d+,/,
  ],
  ["guest", "POST /chats/11/messages/new", "text=hello&fkey=FKEY", said(0)],
  ["guest", "POST /chats/11/messages/new", "text=hello&fkey=FKEY", '200 {"id":null,"time":null}'],
  // It puts a space in front of the same text and tries again.
  ["guest", "POST /chats/11/messages/new", "text=+hello&fkey=FKEY", said(1)],
  ["guest", `POST /messages/${M}`, "text=hello+again&fkey=FKEY", ok],
  ["owner", `POST /messages/${M}/star`, "fkey=FKEY", ok],
  ["owner", `POST /messages/${M}/owner-star`, "fkey=FKEY", ok],
  ["guest", `POST /messages/${M}/unstar`, "fkey=FKEY", '200 "Only a room-owner can cancel stars"'],
  ["owner", `POST /messages/${M}/unstar`, "fkey=FKEY", ok],
  ["guest", `POST /messages/${M}/delete`, "fkey=FKEY", ok],
  ["guest", `POST /messages/${M}/delete`, "fkey=FKEY", '200 "This message has already been deleted."'],
  // Two slashes, as it has them.
  ["guest", "POST //chats/leave/11", "quiet=true&fkey=FKEY", "200 "],
  ["guest", "POST /chats/leave/11", "fkey=FKEY", "302 "],
];

const ceNet: readonly Step[] = [
  [
    "guest",
    "POST /chats/11/events",
    "mode=events&msgCount=0&fkey=FKEY",
    /^200 \{"events":\[\],"time":\d+,"sync":\d+,"ms":0\}$/,
  ],
  ["guest", "POST /chats/11/messages/new", "text=a&fkey=FKEY", said(0)],
  // Its sockets have an http Origin.
  hears("?l=99999999999", [], () => {}, "http://chat.stackoverflow.com"),
  // `userID`, where others write `userId`.
  [
    "owner",
    "POST /rooms/kickmute/11",
    "userID=200002&fkey=FKEY",
    '200 {"message":"The user has been kicked and cannot return for 1 minute."}',
  ],
  ["guest", "POST /chats/11/messages/new", "text=b&fkey=FKEY", noRoom],
  header("guest", "chat", "error"),
];

const sechat: readonly Step[] = [
  ["guest", "POST /chats/11/events", "since=0&mode=Messages&msgCount=100&fkey=FKEY", /^200 \{"events":\[\]/],
  ["owner", "POST /chats/11/messages/new", "text=%40Gus+are+you+there%3F&fkey=FKEY", said(0)],
  ["guest", "POST /messages/ack", `id=${M}&fkey=FKEY`, ok],
  ["owner", "POST /chats/11/messages/new", `text=%3A${M}+to+myself&fkey=FKEY`, said(1)],
  ["owner", `POST /messages/${M}/owner-star`, "fkey=FKEY", ok],
  ["owner", `POST /messages/${M}/unowner-star`, "fkey=FKEY", ok],
  ["owner", "POST /admin/movePosts/11", `ids=${M}%2C${M + 1}&to=12&fkey=FKEY`, "200 2"],
  [
    "owner",
    "POST /conversation/new",
    `roomId=12&firstMessageId=${M}&lastMessageId=${M + 1}&title=Moved&fkey=FKEY`,
    /^200 \{"ok":true,"message":"/,
  ],
  ["guest", "GET /rooms/11", undefined, /^200 /],
  // Its cursor is the unix time: larger than any event id, so "nothing old".
  hears(
    `?l=${now}`,
    ['{"r11":{}}', event(90287613, '"event_type":1,"time_stamp":1704067200,"content":"now"', M + 4)],
    ({ owner }) => owner.send("POST /chats/11/messages/new", "text=now&fkey=FKEY"),
  ),
  // Anonymous rooms poll, with the key of a page.
  async ({ nobody }) => nobody.visit(),
  [
    "nobody",
    "POST /events",
    "r11=90287612&fkey=FKEY",
    /^200 \{"r11":\{"e":\[\{"event_type":1,.*"content":"now".*\}\],"t":90287613,"d":1\},"sync":1704067200\}$/,
  ],
  ["guest", "POST /chats/leave/all", "quiet=true&fkey=FKEY", "200 "],
];

/** A frame with one event of Owen's in room 11. */
function event(id: number, start: string, messageId: number): string {
  const fields = `${start},"id":${id},"user_id":200001,"user_name":"Owen","room_id":11,"room_name":"Den","message_id":${messageId}`;
  return `{"r11":{"e":[{${fields}}],"t":${id},"d":1}}`;
}

const s4j: readonly Step[] = [
  visit("/rooms/11"),
  ["guest", "POST /ws-auth", "roomid=11&fkey=FKEY", socketUrl],
  ["guest", "POST /chats/11/events", "fkey=FKEY&mode=messages&msgCount=1", /^200 \{"events":\[\],/],
  ["owner", "POST /chats/11/messages/new", "fkey=FKEY&text=1+%3C+2+%26+%22x%22", said(0)],
  // Since 2025-11 a reply is a parameter, and edits have to bring it again.
  ["guest", "POST /chats/11/messages/new", `fkey=FKEY&parentId=${M}&text=yes`, said(1)],
  ["guest", `POST /messages/${M + 1}`, `fkey=FKEY&parentId=${M}&text=yes%0Aindeed`, ok],
  ["guest", `GET /message/${M + 1}?plain=true`, undefined, "200 yes\nindeed"],
  ["guest", `GET /message/${M + 1}`, undefined, "200 <div class='full'>yes <br> indeed</div>"],
  ["guest", `GET /message/${M}`, undefined, "200 1 &lt; 2 &amp; &quot;x&quot;"],
  ["guest", "GET /message/5", undefined, /^404 <!DOCTYPE html>/],
  ["guest", `POST /messages/${M}`, "fkey=FKEY&text=no", '200 "You can only edit your own messages"'],
  ["guest", `POST /messages/${M}/delete`, "fkey=FKEY", '200 "You can only delete your own messages"'],
  ["guest", "POST /messages/5", "fkey=FKEY&text=no", "302 "],
  header("guest", "location", "/error?aspxerrorpath=/messages/5"),
  later(151_000),
  ["guest", `POST /messages/${M + 1}`, "fkey=FKEY&text=late", '200 "It is too late to edit this message"'],
  ["guest", `POST /messages/${M + 1}/delete`, "fkey=FKEY", '200 "It is too late to delete this message"'],
  ["owner", `POST /messages/${M}/delete`, "fkey=FKEY", '200 "It is too late to delete this message"'],
  // Users are fetched without an fkey.
  [
    "nobody",
    "POST /user/info",
    "ids=200002&roomId=11",
    /^200 \{"users":\[\{"id":200002,"name":"Gus Guest","email_hash":"[0-9a-f]{32}","reputation":300,"is_moderator":false,"is_owner":null,"last_post":\d+,"last_seen":\d+\}\]\}$/,
  ],
  ["guest", "GET /rooms/pingable/11", undefined, /^200 \[\[20000\d,"[^"]+",\d+,\d+\],\[20000\d,"[^"]+",\d+,\d+\]\]$/],
  [
    "guest",
    "GET /rooms/thumbs/11",
    undefined,
    String.raw`200 {"id":11,"name":"Den","description":"Where \u003ci\u003ewe\u003c/i\u003e meet","isFavorite":false,"usage":null,"tags":"\u003ca rel=\"noopener noreferrer\" class=\"tag\" href=\"https://stackoverflow.com/tags/java/info\"\u003ejava\u003c/a\u003e"}`,
  ],
  ({ site }) => site.room(11).timeout(58),
  ["guest", "POST /chats/11/messages/new", "fkey=FKEY&text=x", "404 The room is in timeout, ending in 58 seconds"],
  ({ site }) => site.room(11).timeout(0),
  ({ site }) => site.user("Gus Guest").suspend(5 * 3600),
  ["guest", "POST /chats/11/messages/new", "fkey=FKEY&text=x", "404 Your account is blocked, ending in 5 hours"],
  ["guest", "POST /chats/leave/11", "fkey=FKEY&quiet=true", "200 "],
];

const sharpEx: readonly Step[] = [
  ["guest", "POST /chats/11/messages/new", "fkey=FKEY&text=a", said(0)],
  ["owner", "POST /rooms/setuseraccess/11", "fkey=FKEY&aclUserId=200002&userAccess=read-write", ok],
  ["owner", "POST /rooms/setuseraccess/11", "fkey=FKEY&aclUserId=200002&userAccess=boss", /^400 /],
  ["owner", "POST /rooms/timeout/11", "fkey=FKEY&duration=10&reason=calm", "200 timeout applied"],
  ["owner", "POST /rooms/timeout/11", "fkey=FKEY&duration=4&reason=calm", /^400 /],
  ["guest", "POST /rooms/timeout/11", "fkey=FKEY&duration=10&reason=calm", /^4\d\d /],
  ["guest", `POST /messages/${M}/owner-star`, "fkey=FKEY", '200 "Only a room-owner can pin messages"'],
  ["guest", `GET /messages/${M}/history`, undefined, /<span class="message-source">|class="message-source"/],
];

const jeeves: readonly Step[] = [
  visit("/rooms/11"),
  ["guest", "POST /chats/11/events", "fkey=FKEY&since=0&mode=messages&msgCount=1", /"time":90287\d{3},/],
  ["guest", "POST /chats/11/messages/new", "fkey=FKEY&text=%40%E2%81%A0Owen+unpinged", said(0)],
  ["guest", `GET /messages/11/${M}`, undefined, "200 @\u2060Owen unpinged"],
  ["guest", `GET /messages/12/${M}`, undefined, /^404 /],
  ["owner", `POST /messages/${M}/owner-star`, "fkey=FKEY", ok],
  ["guest", "GET /chats/stars/11?count=0", undefined, new RegExp(`<li[^>]* id="summary_${M}"`)],
  ["guest", "GET /rooms/info/11/?tab=access", undefined, /id="access-section-owner"/],
  ["guest", "POST /user/info", "ids=200001%2C200002&roomId=11", /"is_owner":true.*"is_owner":null/],
  ["guest", "POST /admin/movePosts/11", `ids=${M}&to=12&fkey=FKEY`, /^4\d\d /],
];

const james: readonly Step[] = [
  ["guest", "GET //stackoverflow.com/users/current", undefined, "302 "],
  header("guest", "location", "https://stackoverflow.com/users/200002/gus-guest"),
  ["guest", "POST /chats/11/events", "fkey=FKEY", /^200 \{"events":\[\],"time":\d+,"sync":1704067200,"ms":0\}$/],
  ["guest", "POST /ws-auth", "fkey=FKEY&roomid=11", /^404 <!DOCTYPE html>/, { "content-type": null }],
  [
    "guest",
    "POST /ws-auth",
    "fkey=FKEY&roomid=11",
    socketUrl,
    { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" },
  ],
  // A leading newline gets round the limit of 500.
  ["guest", "POST /chats/11/messages/new", `fkey=FKEY&text=%0A${"x".repeat(501)}`, said(0)],
  ["guest", "POST /chats/11/messages/new", `fkey=FKEY&text=${"x".repeat(501)}`, "400 The message is too long"],
  ["guest", `POST /messages/${M}`, "fkey=FKEY&text=edited", ok, { referer: "https://chat.stackoverflow.com/rooms/11" }],
  [
    "guest",
    "GET /users/search?q=gus&limit=1",
    undefined,
    /^200 \{"id":200002,"dn":"Gus Guest","hash":"[0-9a-f]{32}"\}$/,
  ],
  ["guest", "GET /users/search?q=gus&limit=0", undefined, "200 "],
  ["nobody", "GET /rooms/pingable/11", undefined, "200 []"],
  ["nobody", "POST /user/info", "IDS=200001&ROOMID=11", /"is_owner":true/],
  ["guest", "GET /rooms/12", undefined, /^200 /],
  ["owner", "GET /rooms/12", undefined, /^200 /],
  // One socket for all rooms: events of another room of the user arrive under that room's key.
  hears(
    "?l=99999999999",
    [
      '{"r11":{}}',
      '{"r11":{"t":90287605,"d":1},"r12":{"e":[{"event_type":1,"time_stamp":1704067200,"content":"there","id":90287605,"user_id":200001,"user_name":"Owen","room_id":12,"room_name":"Trash","message_id":44402001}],"t":90287605,"d":1}}',
    ],
    ({ owner }) => owner.send("POST /chats/12/messages/new", "text=there&fkey=FKEY"),
  ),
  ["guest", "POST /chats/999/messages/new", "fkey=FKEY&text=x", /^404 <!DOCTYPE html>/],
];

const swiftSe: readonly Step[] = [
  ["guest", "POST /chats/11/messages/new", "text=x&fkey=0123456789abcdef0123456789abcdef", /^400 <!DOCTYPE html>/],
  ["guest", "POST /chats/11/messages/new", "text=%2B+%26+100%25&fkey=FKEY", said(0)],
  ["guest", "POST /chats/11/messages/new", "text=%2B+%26+100%25&fkey=FKEY", '200 {"id":null,"time":null}'],
  // It answers a heartbeat that chat never sends; chat sockets do not listen.
  ({ guest }) => hearsAfterTalking(guest),
  ({ site }) => site.room(11).freeze(),
  [
    "guest",
    "POST /chats/11/messages/new",
    "text=y&fkey=FKEY",
    "404 The room has been frozen; new messages cannot be added",
  ],
];

async function hearsAfterTalking(guest: Wire): Promise<void> {
  const socket = await guest.listen(await guest.send("POST /ws-auth", "roomid=11&fkey=FKEY"), "?l=99999999999");
  expect(await socket.text()).toBe('{"r11":{}}');
  socket.say('{"action":"hb","data":"hb"}');
  await guest.send("POST /chats/11/messages/new", "text=still+there&fkey=FKEY");
  expect(await socket.text()).toContain('"content":"still there"');
  socket.close();
}

const zirak: readonly Step[] = [
  ["guest", "GET /rooms/12", undefined, /^200 /],
  ["owner", "POST /chats/11/messages/new", "text=one&fkey=FKEY", said(0)],
  ["owner", "POST /chats/12/messages/new", "text=two&fkey=FKEY", said(1)],
  // All its rooms in one poll.
  [
    "guest",
    "POST /events",
    "r11=90287601&r12=90287604&fkey=FKEY",
    /^200 \{"r11":\{"e":\[.*"content":"one".*\],"t":90287604,"d":3\},"r12":\{\},"sync":1704067200\}$/,
  ],
  ["owner", `POST /admin/movePosts/11?ids=${M}&to=12`, "fkey=FKEY", "200 1"],
  ["guest", "POST /events", "r99=1&fkey=FKEY", '200 {"r99":{"exit":true},"sync":1704067200}'],
];

const slx: readonly Step[] = [
  [
    "owner",
    "POST /rooms/save",
    "name=My+Room&description=d&tags=a+b&defaultAccess=read-write&host=chat.stackoverflow.com&noDupeCheck=true&fkey=FKEY",
    "302 ",
  ],
  header("owner", "location", "/rooms/info/201/my-room"),
  [
    "owner",
    "POST /rooms/save",
    "name=My+Den&description=d2&tags=&defaultAccess=read-only&roomId=201&fkey=FKEY",
    "302 ",
  ],
  header("owner", "location", "/rooms/info/201/my-den"),
  [
    "nobody",
    "GET /rooms/thumbs/201",
    undefined,
    '200 {"id":201,"name":"My Den","description":"d2","isFavorite":false,"usage":null,"tags":""}',
  ],
  ["guest", "POST /chats/201/messages/new", "text=x&fkey=FKEY", noRoom],
  ["guest", "POST /rooms/save", "name=X&roomId=201&fkey=FKEY", /^4\d\d /],
];

const slUs: readonly Step[] = [
  ["guest", "POST /chats/11/messages/new", "text=needle+in+hay&fkey=FKEY", said(0)],
  [
    "guest",
    "GET /search?q=needle&Room=&user=200002&page=1&pagesize=100&room=11",
    undefined,
    new RegExp(`class="message[^"]*" id="message-${M}"`),
  ],
  ["guest", "POST /users/usermessage/200002", "message=I+am+new&fkey=FKEY", ok],
  [
    "guest",
    "GET /users/thumbs/200002?showUsage=true",
    undefined,
    /^200 \{"id":200002,"name":"Gus Guest","reputation":300,"is_moderator":false,"is_registered":true,"email_hash":"[0-9a-f]{32}","user_message":"I am new","usage":null,/,
  ],
  ["guest", "GET /users/ignorelist", undefined, "200 []"],
  ["guest", `POST /messages/${M}/purge-history`, "fkey=FKEY", /^200 "(?!ok).*"$/],
];

const webClient: readonly Step[] = [
  ["guest", "POST /chats/11/messages/new", "text=mine&fkey=FKEY", said(0)],
  ["owner", "POST /chats/11/messages/new", "text=his&fkey=FKEY", said(1)],
  // Parameters in the query, the key in the body.
  [
    "guest",
    `POST /chats/11/events?before=${M + 1}&mode=Messages&msgCount=5`,
    "fkey=FKEY",
    `200 {"events":[{"event_type":1,"time_stamp":${now},"content":"mine","user_id":200002,"user_name":"Gus Guest","room_id":11,"message_id":${M}}],"time":90287603,"sync":${now},"ms":0}`,
  ],
  ["guest", "POST /chats/11/events?mode=Messages&highlights=true", "fkey=FKEY", /^200 \{"events":\[\],/],
  ["guest", "POST /chats/11/lastMessage", "beforeId=99999999&fkey=FKEY", `200 {"msgid":${M},"gap":1}`],
  ["owner", "POST /events", "h11=90287600&fkey=FKEY", /^200 \{"r11":\{"t":90287603,"d":3\},/],
  ["guest", "POST /rooms/favorite", "roomId=11&fkey=FKEY", /"isFavorite":true/],
  ["owner", "POST /users/invite", "UserId=200002&RoomId=11&fkey=FKEY", "200 Gus Guest has been invited to Den"],
  ["guest", "POST /users/ignorelist/add", "id=200001&fkey=FKEY", "200 [200001]"],
  ["guest", "POST /users/ignorelist/remove", "id=200001&fkey=FKEY", "200 []"],
  ["guest", `POST /messages/${M + 1}/flag`, "fkey=FKEY", ok],
  ["guest", `POST /messages/${M + 1}/mod`, "info=please+look&fkey=FKEY", ok],
  ["guest", "POST /chats/join/favorite", "quiet=true&immediate=true&fkey=FKEY", "200 "],
  ["guest", "GET /rooms/minilist?filter=tra&forWriting=true", undefined, /^200 <div class="room-mini">.*Trash/],
  // Without the name of a form the parameters are not there.
  ["guest", "POST /messages/ack", `id=${M}&fkey=FKEY`, /^404 /, { "content-type": "text/plain" }],
];

describe("the requests of", () => {
  test.each([
    ["ChatExchange (Python)", ce],
    ["ChatExchange.Net", ceNet],
    ["sechat", sechat],
    ["sochat4j", s4j],
    ["SharpExchange", sharpEx],
    ["Jeeves", jeeves],
    ["JamesSOBot", james],
    ["SwiftChatSE", swiftSe],
    ["SO-ChatBot", zirak],
    ["samliew/chatexchange at its git HEAD", slx],
    ["SO-mod-userscripts", slUs],
    ["the sites' own web client", webClient],
  ] as const)("%s", async (_name, steps) => {
    const stage = await wireStage();
    await using _ = stage.server;
    await takeSteps(stage, steps);
  });

  test("all clients are throttled when they come too fast", async () => {
    const stage = await wireStage({ throttle: true });
    await using _ = stage.server;
    const { guest, clock } = stage;
    const answers: string[] = [];
    for (const text of ["a", "b", "c"])
      answers.push(await guest.send("POST /chats/11/messages/new", `text=${text}&fkey=FKEY`));
    expect(answers).toEqual([said(0), `${throttled} 4 seconds.`, `${throttled} 4 seconds.`]);
    await clock.advance(3_000);
    expect(await guest.send(`POST /messages/${M}`, "text=aa&fkey=FKEY")).toBe(`${throttled} 1 second.`);
    await clock.advance(1_000);
    expect(await guest.send(`POST /messages/${M}`, "text=aa&fkey=FKEY")).toBe(ok);
  });
});
