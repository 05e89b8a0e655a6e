/**
 * Everything that reads what a server or a user sends, as functions from a string: page parsers, the answers of every
 * action, frames, events with all their getters, markup, hosts. New actions join by themselves.
 */
import fc from "fast-check";
import { Client } from "../src/index.js";
import { type EventContext, eventOf } from "../src/live/events.js";
import * as actions from "../src/protocol/actions/index.js";
import type { Call, WireAnswer } from "../src/protocol/call.js";
import { isRawEvent, parseFrame, readFrame } from "../src/protocol/frames.js";
import { readLiteral } from "../src/protocol/html/js-literal.js";
import * as markup from "../src/protocol/markup/index.js";
import * as pages from "../src/protocol/pages/index.js";
import type { RawEvent } from "../src/protocol/raw.js";
import { failureOfSentence, refusalOf, sentenceOf } from "../src/protocol/refusals.js";
import { siteOf } from "../src/protocol/sites.js";
import { checkText } from "../src/protocol/text-rules.js";
import { isRecord, numberOf, stringOf } from "../src/protocol/values.js";
import * as templates from "../src/server/pages/index.js";
import { content } from "./round-trip-texts.js";
import * as views from "./round-trip-views.js";

/** A function under test that reads untrusted input. */
export interface Target {
  readonly name: string;
  /** Valid inputs; mutations of them reach deep into the reader. */
  readonly valid: readonly string[];
  /** Returns a value or throws a ChatError. */
  read(input: string): unknown;
  /** True when it returns the server's JSON unchecked. */
  readonly isRaw?: boolean;
}

function sampled<T>(view: fc.Arbitrary<T>, render: (view: T) => string): string[] {
  return fc.sample(view, { numRuns: 4, seed: 7 }).map(render);
}

const infoPages = sampled(views.roomInfoView, (view) => templates.renderRoomInfo({ ...view, tab: "general" }));
const accessPages = sampled(views.roomInfoView, (view) => templates.renderRoomInfo({ ...view, tab: "access" }));
const starsTabs = sampled(views.starsTabView, templates.renderRoomInfo);
const feedsTabs = sampled(views.roomInfoView, (view) => templates.renderRoomInfo({ ...view, tab: "feeds" }));
const loginPages = [...sampled(views.loginView, templates.renderLogin), templates.renderCaptcha("Stack Overflow")];
const errorPages = sampled(views.frameView, (frame) => templates.renderPrivateRoom(frame, 5));
const valid = {
  history: sampled(views.historyView, templates.renderHistory),
  profile: sampled(views.profileView, templates.renderProfile),
  room: sampled(views.roomPageView, templates.renderRoom),
  rooms: sampled(views.roomsView, templates.renderRooms),
  search: sampled(views.searchView, templates.renderSearch),
  stars: sampled(views.starsView, ({ messages, viewer }) => templates.renderStarsFragment(messages, viewer)),
  transcript: sampled(views.transcriptView, templates.renderTranscript),
};
const contents: string[] = fc.sample(content, { numRuns: 40, seed: 7 });

/** Every page. */
export const allPages: readonly string[] = [
  ...Object.values(valid).flat(),
  ...infoPages,
  ...starsTabs,
  ...feedsTabs,
  ...accessPages,
  ...loginPages,
  ...errorPages,
];

export const pageTargets: readonly Target[] = [
  { name: "parseChatPage", valid: allPages, read: pages.parseChatPage },
  { name: "parseFkey", valid: allPages, read: (html) => pages.parseFkey(html, "page") },
  { name: "parseHistoryPage", valid: valid.history, read: pages.parseHistoryPage },
  { name: "parseLoginPage", valid: loginPages, read: pages.parseLoginPage },
  { name: "parseProfilePage", valid: valid.profile, read: pages.parseProfilePage },
  { name: "parseRoomAccessPage", valid: accessPages, read: pages.parseRoomAccessPage },
  { name: "parseRoomCards", valid: [...valid.rooms, ...valid.profile], read: pages.parseRoomCards },
  { name: "parseRoomInfoPage", valid: infoPages, read: pages.parseRoomInfoPage },
  { name: "parseRoomPage", valid: valid.room, read: pages.parseRoomPage },
  { name: "parseRoomTabPage", valid: [...infoPages, ...starsTabs, ...feedsTabs], read: pages.parseRoomTabPage },
  { name: "parseRoomsPage", valid: valid.rooms, read: pages.parseRoomsPage },
  { name: "parseSearchPage", valid: valid.search, read: pages.parseSearchPage },
  { name: "parseStarsFragment", valid: valid.stars, read: pages.parseStarsFragment },
  { name: "parseStarsPage", valid: starsTabs, read: pages.parseStarsPage },
  { name: "parseTranscriptPage", valid: valid.transcript, read: pages.parseTranscriptPage },
  { name: "recognizeErrorPage", valid: allPages, read: pages.recognizeErrorPage },
  {
    name: "recognizeErrorAnswer",
    valid: errorPages,
    read: (html) => pages.recognizeErrorAnswer({ headers: { "cf-mitigated": html }, body: html }),
  },
];

/** An event with every field there is, and a frame, a list and a record around it. */
const event =
  '{"event_type":18,"time_stamp":1540642697,"content":"@a <b>x</b>","id":90287765,"user_id":5,"target_user_id":6,"user_name":"A","room_id":1,"room_name":"R","message_id":44402081,"parent_id":44396284,"message_stars":2,"message_owner_stars":1,"message_edits":1,"show_parent":true,"moved":true}';
const frames = [
  `{"r1":{"e":[${event}],"t":76625573,"d":1},"h7":{"timeout":"30","exit":true,"reset":true},"sync":5}`,
  '{"r1":{}}',
];
const user =
  '{"id":5,"name":"A","email_hash":"!//x/y","reputation":7,"is_moderator":true,"is_owner":null,"last_post":1,"last_seen":2}';

const thumbs =
  '{"id":17,"name":"R","description":"<b>d</b>","isFavorite":true,"usage":null,"tags":"<a class=\\"tag\\" href=\\"x\\">js</a>"}';

/** Answers as recorded, by the action they are for. */
const answers: Readonly<Record<string, readonly string[]>> = {
  postMessage: ['{"id":38469011,"time":1501724999}', '{"id":null,"time":null}'],
  roomEvents: [`{"events":[${event}],"time":81818807,"sync":1511383213,"ms":1}`],
  authorizeSocket: ['{"url":"wss://chat.sockets.stackexchange.com/events/1/0123456789abcdef0123456789abcdef"}'],
  pollEvents: frames,
  roomThumbs: [thumbs],
  toggleFavorite: [thumbs],
  pingableUsers: ['[[6296561,"Zoe",1558822652,1558800697],[5,"A",1,2]]'],
  userInfo: [`{"users":[${user}]}`],
  userThumbs: [
    `${user.replace("{", '{"rooms":[{"id":1,"name":"R"}],"site":{"icon":"i","caption":"c"},"profileUrl":"//x/users/5",')}`,
  ],
  searchUsers: ['{"id":5,"dn":"A","hash":"a&amp;b"}\n{"id":6,"dn":"B","hash":"!x"}'],
  ignoreList: ["[1,2,3]"],
  movePosts: ["3"],
  kickUser: ['{"message":"The user has been kicked and cannot return"}'],
  bookmarkConversation: ['{"ok":true,"message":"created"}', '"no"'],
  timeoutRoom: ["timeout applied"],
  uploadImage: [
    "<script>var result = 'https://i.sstatic.net/x.png';</script>",
    "<script>var error = 'too big';</script>",
  ],
  leaveRoom: [""],
  failures: [
    ...["You can perform this action again in 3 seconds.", '"It is too late to edit this message"'],
    ...["Your account is blocked, ending on Oct 2 at 1:37", "The room is in timeout, ending in 58 seconds"],
    "The room has been frozen; new messages cannot be added",
  ],
};

/** Answers of every kind. */
export const allAnswers: readonly string[] = ['"ok"', ...Object.values(answers).flat()];

/** Arguments that actions take, tried in this order. */
const candidates: readonly (readonly unknown[])[] = [
  [1, 2, "x"],
  [1, "x", 2, "y"],
  [1, [1, 2], 3],
  [[1, 2], 3],
  [new Map([[1, 2]])],
  [{ name: "x", description: "x", tags: ["x"], text: "x", access: "read-write" }, 1],
  [1, 2, { first: 1, last: 2 }, "x"],
  ["/x", { a: "b" }],
  ["https://example.com/x.png"],
  [1, 2, 3, "x"],
];

function isCall(value: unknown): value is Call<unknown> {
  return isRecord(value) && typeof value.read === "function" && isRecord(value.request);
}

/** A call of an action, whatever its arguments are; null when it makes none. */
function callOf(action: unknown): Call<unknown> | null {
  if (typeof action !== "function") return null;
  for (const args of candidates) {
    try {
      const call: unknown = Reflect.apply(action, undefined, args);
      if (isCall(call)) return call;
    } catch {}
  }
  return null;
}

/** Exports of the actions that read no response: pure helpers, which are separate targets. */
const helpers: Readonly<Record<string, (input: string) => unknown>> = {
  avatarUrl: actions.avatarUrl,
  tagNames: actions.tagNames,
};

/** Exports of the actions that nothing here can make a call of: should be none. */
export const unreached: readonly string[] = Object.entries(actions)
  .filter(([name, action]) => !Object.hasOwn(helpers, name) && callOf(action) === null)
  .map(([name]) => name);

const addresses: readonly string[] = [
  ...["https://chat.stackoverflow.com/x", "https://chat.stackoverflow.com/rooms/info/17/x", "", "not an address"],
  ...["https://chat.stackoverflow.com/error?aspxerrorpath=/messages/5", "https://stackoverflow.com/users/login"],
];
const failures: readonly number[] = [302, 400, 401, 403, 404, 409, 500, 503];

/** A response with this body. Its status and URL are derived from the body, so that the seed determines everything. */
function answerOf(body: string): WireAnswer {
  let sum = body.length;
  for (let i = 0; i < Math.min(body.length, 300); i++) sum = (sum * 31 + body.charCodeAt(i)) % 1_000_003;
  const headers = sum % 5 === 0 ? { "cf-mitigated": "challenge", location: body } : { "content-type": ["a", "b"] };
  const url = sum % 7 === 0 ? addresses[(sum >> 3) % addresses.length] : addresses[0];
  const status = sum % 4 === 0 ? failures[(sum >> 2) % failures.length] : 200;
  return { status: status ?? 200, url: url ?? "", headers, body, host: "chat.example" };
}

/** The page that an action reads; null for one that reads none. */
function pagesOf(name: string): readonly string[] | null {
  const found: Readonly<Record<string, readonly string[]>> = {
    historyPage: valid.history,
    messagePage: valid.transcript,
    transcriptPage: valid.transcript,
    profilePage: valid.profile,
    roomPage: valid.room,
    roomInfoPage: infoPages,
    roomAccessPage: accessPages,
    roomsPage: valid.rooms,
    searchPage: valid.search,
    starredMessages: valid.stars,
  };
  return Object.hasOwn(found, name) ? (found[name] ?? null) : null;
}

function answerTarget(name: string, call: Call<unknown>): Target {
  const own = Object.hasOwn(answers, name) ? answers[name] : undefined;
  const isRaw = ["anyAction", "pollEvents", "roomEvents", "userInfo", "userThumbs"].includes(name);
  return { name, valid: pagesOf(name) ?? own ?? ['"ok"'], read: (body) => call.read(answerOf(body)), isRaw };
}

export const answerTargets: readonly Target[] = [
  ...Object.entries(actions).flatMap(([name, action]) => {
    const call = callOf(action);
    return call && !Object.hasOwn(helpers, name) ? [answerTarget(name, call)] : [];
  }),
  ...Object.entries(helpers).map(([name, read]) => ({ name, valid: contents, read })),
  { name: "refusalOf", valid: allAnswers, read: (body) => refusalOf(answerOf(body), { tried: "x" }) },
  { name: "sentenceOf", valid: allAnswers, read: sentenceOf },
  { name: "failureOfSentence", valid: allAnswers, read: (body) => failureOfSentence(body, {}) },
];

const client = new Client("stackexchange.com");
const context: EventContext = {
  origin: "https://chat.stackexchange.com",
  isMe: () => true,
  isYours: () => true,
  room: (id) => client.getRoom(id),
  userOf: (id) => client.getUser(id),
  messageOf: (raw) => (numberOf(raw.message_id) === undefined ? null : client.getMessage(raw.message_id ?? 0)),
};

/** Reads an event with every getter it has. */
function readEvent(raw: RawEvent): unknown {
  const wrapped = eventOf(raw, context, 0);
  const facts: unknown[] = [];
  let prototype: unknown = Object.getPrototypeOf(wrapped);
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (get !== undefined) facts.push(name, Reflect.get(wrapped, name));
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return facts;
}

function decoded(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

export const liveTargets: readonly Target[] = [
  { name: "parseFrame", valid: frames, read: (text) => parseFrame(text).rooms },
  { name: "readFrame", valid: frames, read: (text) => readFrame(decoded(text)).rooms },
  {
    name: "events of a frame",
    valid: frames,
    read: (text) => parseFrame(text).rooms.flatMap((room) => room.events.map(readEvent)),
  },
  {
    name: "eventOf",
    valid: [event],
    read(text) {
      const value = decoded(text);
      return isRawEvent(value) ? readEvent(value) : null;
    },
  },
];

export const wordTargets: readonly Target[] = [
  ...[markup.isFixedFont, markup.isMultiline, markup.isOnebox, markup.isPartial, markup.moveNotice].map(textTarget),
  ...[markup.htmlToText, markup.htmlToMarkdown, markup.renderMarkdown, markup.splitReplyPrefix].map(textTarget),
  ...[markup.escapeMarkdown, markup.defuseMentions, markup.fixedWidth].map(textTarget),
  {
    name: "splitMessage",
    // With one that is long enough to be split.
    valid: [...contents, contents.join(" ").replace(/\s+/g, " ")],
    read: (text) => markup.splitMessage(text),
  },
  {
    name: "splitMessage by lines",
    valid: contents,
    read: (text) => markup.splitMessage(text, { mode: "lines", limit: 60, replyPrefixLength: 5 }),
  },
  { name: "message", valid: contents, read: (text) => built((builder) => builder.text(text).bold(text).code(text)) },
  {
    name: "MessageBuilder",
    valid: ["x", "https://example.com/a b(c"],
    read: (text) =>
      built((builder) => builder.quote(text).italic(text).strike(text).mention(text).tag(text).link(text, text)),
  },
  {
    name: "renderMarkdown with all options",
    valid: contents,
    read: (text) => markup.renderMarkdown(text, { siteUrl: text, onebox: (url) => url, partialLimit: 20 }),
  },
  {
    name: "htmlToText with an origin",
    valid: contents,
    read: (html) => markup.htmlToText(html, { origin: "https://x" }),
  },
  { name: "mentions", valid: contents, read: (text) => [markup.mentions(text, "Al"), markup.mentions("@Al", text)] },
  { name: "sentText", valid: contents, read: (text) => [markup.sentText(text, null), markup.sentText(text, ":1 ")] },
  textTarget(readLiteral),
  textTarget(pages.clockSeconds),
  textTarget(pages.dayStart),
  {
    name: "secondsAgo",
    valid: ["oct 2 at 1:37", "2h ago", "n/a", "Oct 2, 17 1:40 PM", "yst 7:51 PM"],
    read: (words) => pages.secondsAgo(words, 1_600_000_000),
  },
  {
    name: "timeOfLabel",
    valid: ["Mon 8:29 PM", "4:49 PM"],
    read: (words) => pages.timeOfLabel(words, 1_600_000_000),
  },
  {
    name: "siteOf",
    valid: ["constructor", "chat.stackoverflow.com", "https://stackexchange.com/", "http://127.0.0.1:8080", "[::1]"],
    read: readSite,
  },
  { name: "siteOf anything", valid: ['{"host":"x","name":"x","chatOrigin":"x","loginOrigin":"x"}'], read: readSite },
  { name: "checkText", valid: contents, read: (text) => checkText(decoded(text), {}) },
];

function built(add: (builder: markup.MessageBuilder) => markup.MessageBuilder): string {
  return add(markup.message()).toString();
}

function textTarget(read: (text: string) => unknown): Target {
  return { name: read.name, valid: contents, read };
}

/** Hosts may be from JavaScript, where no compiler checks their type; the result must be a site. */
function readSite(text: string): unknown {
  const site: unknown = Reflect.apply(siteOf, undefined, [decoded(text)]);
  if (!isRecord(site) || typeof site.chatOrigin !== "string") throw new TypeError("not a site");
  return site;
}

/** For the completeness check of markup: what of a value is a name of a function. */
export const markupNames: readonly string[] = Object.entries(markup).flatMap(([name, value]) =>
  typeof value === "function" ? (stringOf(name) ?? []) : [],
);
