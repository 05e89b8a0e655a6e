/** Page parsers report no drift for the pages of the local server and those recorded from the live sites. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Call,
  type Drift,
  historyPage,
  profilePage,
  roomAccessPage,
  roomInfoPage,
  roomPage,
  roomsPage,
  searchPage,
  starredMessages,
  transcriptPage,
} from "chatexchange-ts/protocol";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { ChatError } from "../src/errors/index.js";
import { starsPage } from "../src/protocol/actions/pages.js";
import { readAnswer as understand } from "../src/protocol/drift.js";
import {
  renderHistory,
  renderProfile,
  renderRoom,
  renderRoomInfo,
  renderRooms,
  renderSearch,
  renderStarsFragment,
  renderTranscript,
} from "../src/server/pages/index.js";
import type { FrameView } from "../src/server/pages/views.js";
import { readAnswer } from "./answers.js";
import { haveRecordings, recording } from "./recorded.js";
import * as views from "./round-trip-views.js";
import { sizeOf } from "./sizes.js";

const RUNS = sizeOf({ near: 15, release: 600 });

/** The notes of a reader about a page, as `where: what: detail`, also when it cannot be read. */
function driftOf(call: Call<unknown>, html: string): string[] {
  const noted: string[] = [];
  const drift = ({ where = "answer", what, detail }: Partial<Drift>): void =>
    void noted.push(`${where}: ${what}: ${detail}`);
  try {
    readAnswer({ ...call, read: (answer) => understand(call, answer) }, html, { drift });
  } catch (error) {
    expect(error).toBeInstanceOf(ChatError);
  }
  return noted;
}

/** A view with any of the headers that pages have had. */
function headed<V extends { readonly frame: FrameView }>(view: fc.Arbitrary<V>): fc.Arbitrary<V> {
  return fc
    .tuple(view, fc.constantFrom("topbar", "s-topbar"))
    .map(([one, headerMarkup]) => ({ ...one, frame: { ...one.frame, headerMarkup } }));
}

const pages: readonly (readonly [name: string, call: Call<unknown>, html: fc.Arbitrary<string>])[] = [
  ["room page", roomPage(1), headed(views.roomPageView).map(renderRoom)],
  [
    "room info page",
    roomInfoPage(1),
    headed(views.roomInfoView).map((view) => renderRoomInfo({ ...view, tab: "general" })),
  ],
  [
    "room access page",
    roomAccessPage(1),
    headed(views.roomInfoView).map((view) => renderRoomInfo({ ...view, tab: "access" })),
  ],
  [
    "stars page",
    starsPage(1, 1),
    fc
      .tuple(headed(views.roomInfoView), views.starsView)
      .map(([view, { messages }]) => renderRoomInfo({ ...view, tab: "stars", starred: messages })),
  ],
  ["profile page", profilePage(1), headed(views.profileView).map(renderProfile)],
  ["transcript page", transcriptPage(1), headed(views.transcriptView).map(renderTranscript)],
  ["message history page", historyPage(1), headed(views.historyView).map(renderHistory)],
  ["rooms page", roomsPage({}, 1), headed(views.roomsView).map(renderRooms)],
  ["search page", searchPage({ text: "x" }, 1), headed(views.searchView).map(renderSearch)],
  [
    "list of starred messages",
    starredMessages(1, 0),
    views.starsView.map(({ messages, viewer }) => renderStarsFragment(messages, viewer)),
  ],
];

describe("the local server's pages have everything their readers expect", () => {
  it.each(pages)("the %s", (_, call, html) => {
    fc.assert(
      fc.property(html, (page) => {
        expect(driftOf(call, page)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Recordings that lack a part, with the reason. */
const placeholder = ["rooms page: missing: viewer or login link"];
const withoutScripts = ["room info page: missing: serverTime"];

const recorded: readonly { readonly file: string; readonly call: Call<unknown>; readonly known?: readonly string[] }[] =
  [
    { file: "sochat4j/rooms-1.html", call: roomPage(1) },
    { file: "sochat4j/rooms-15-protected.html", call: roomPage(15) },
    { file: "sochat4j/homepage.so.html", call: roomsPage({}, 1), known: placeholder },
    { file: "sochat4j/homepage.se.html", call: roomsPage({}, 1), known: placeholder },
    { file: "samliew/mocks/room_info.html", call: roomInfoPage(1), known: withoutScripts },
    { file: "samliew/mocks/transcript.html", call: transcriptPage(1) },
    { file: "samliew/mocks/profile_raw_2018.html", call: profilePage(1) },
  ];

describe.skipIf(!haveRecordings)("recorded pages have everything their readers expect", () => {
  it.each(recorded)("$file", ({ file, call, known = [] }) => {
    expect(driftOf(call, recording(file))).toEqual(known);
  });
});

/** A change of a page's markup: what a redesign does to one part. */
type Change = (html: string) => string;

const renamedClass =
  (name: string): Change =>
  (html) =>
    html.replace(/(\bclass=")([^"]*)"/g, (_, start: string, names: string) => {
      const others = names.split(" ").map((one) => (one === name ? `new-${name}` : one));
      return `${start}${others.join(" ")}"`;
    });
const renamedId =
  (...names: string[]): Change =>
  (html) =>
    names.reduce((page, name) => page.replaceAll(`id="${name}"`, `id="new-${name}"`), html);
const reworded =
  (from: string | RegExp, to: string): Change =>
  (html) =>
    html.replaceAll(from, to);

const card = {
  ".room-name": renamedClass("room-name"),
  ".room-description": renamedClass("room-description"),
  ".room-message-count": renamedClass("room-message-count"),
  ".last-activity": renamedClass("last-activity"),
  ".room-users": renamedClass("room-users"),
  ".roomcard": renamedClass("roomcard"),
};
const userCard = {
  ".user-header": renamedClass("user-header"),
  "a.username": renamedClass("username"),
  ".reputation-score": renamedClass("reputation-score"),
  ".user-message-info": renamedClass("user-message-info"),
  ".usercard": renamedClass("usercard"),
};
const monologue = {
  ".username": renamedClass("username"),
  ".monologue[class*=user-]": reworded(/\buser-(?=-?\d)/g, "author-"),
  ".content": renamedClass("content"),
  ".times": renamedClass("times"),
};
const fkey = {
  "input[name=fkey]": (html: string) => html.replaceAll('name="fkey"', 'name="token"').replaceAll('id="fkey"', ""),
};
const serverTime = { serverTime: reworded('"serverTime"', '"clock"') };

/** For each page the parts that it always has: the drift that names the part, and the change that takes it away. */
const parts: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
  "room page": {
    ...fkey,
    "#roomname": renamedId("roomname"),
    "#roomdesc": renamedId("roomdesc"),
    "#roomtitle": renamedId("roomtitle"),
    "#footer-logo a": renamedId("footer-logo"),
    "#input, #bubble": renamedId("input", "bubble"),
    "#my-rooms li a": (html) =>
      html.replaceAll('id="room-', 'id="place-').replaceAll('href="/rooms/', 'href="/places/'),
    ".user-name": renamedClass("user-name"),
    ".text": renamedClass("text"),
    ".time": renamedClass("time"),
    "StartChat(…)": reworded("StartChat(", "BeginChat("),
    "StartChat(…) frozen": reworded(/\bfrozen(?=["']?:)/g, "cold"),
    ".js-present[data-users]": (html) => html.replaceAll("data-users=", "data-people=").replaceAll("initPresent(", "("),
    SERVER_TIME_OFFSET: reworded("SERVER_TIME_OFFSET", "CLOCK_OFFSET"),
  },
  "room info page": {
    ...serverTime,
    ...userCard,
    ".roomcard-xxl": renamedClass("roomcard-xxl"),
    ".room-message-count-xxl": renamedClass("room-message-count-xxl"),
    ".room-user-count-xxl": renamedClass("room-user-count-xxl"),
    ".subheader h1": renamedClass("subheader"),
    "#room-ownercards": renamedId("room-ownercards"),
    "#room-usercards-container": renamedId("room-usercards-container"),
    ".room-stats first message": reworded("first message", "begun"),
    ".room-stats last message": reworded("last message", "latest"),
    ".stats-count today": reworded(/>\s*today\s*</g, ">so far<"),
  },
  "room access page": { "#access-section-owner": reworded("access-section-", "access-part-") },
  "stars page": {
    ...serverTime,
    ...monologue,
    ".monologue .message": renamedClass("message"),
  },
  "profile page": {
    ...serverTime,
    ...card,
    ".usercard-xxl": renamedClass("usercard-xxl"),
    ".user-message-count-xxl": renamedClass("user-message-count-xxl"),
    ".user-status": renamedClass("user-status"),
    ".subheader h1": renamedClass("subheader"),
    "input[name=user]": (html) => html.replaceAll('name="user"', 'name="who"').replaceAll("userId = ", "whoId = "),
    ".user-valuecell chat user since": reworded("chat user since", "joined"),
    ".user-valuecell last seen": reworded("last seen", "around"),
    ".user-valuecell last message": reworded("last message", "latest"),
  },
  "transcript page": {
    ...fkey,
    ...monologue,
    "link[rel=canonical]": reworded('rel="canonical"', 'rel="self"'),
    "initTranscript(…)": reworded("initTranscript(", "beginTranscript("),
    "#info": renamedId("info"),
    ".room-name a": renamedClass("room-name"),
    "#transcript": renamedId("transcript"),
    ".timestamp": renamedClass("timestamp"),
    ".monologue .message": renamedClass("message"),
  },
  "message history page": {
    ".monologue[class*=user-]": monologue[".monologue[class*=user-]"],
    ".username": monologue[".username"],
    "#content": renamedId("content"),
    "a[href*='/transcript/']": reworded('href="/transcript/', 'href="/log/'),
    ".timestamp": renamedClass("timestamp"),
    ".message-source": renamedClass("message-source"),
    "#content .monologue": renamedClass("monologue"),
  },
  "rooms page": {
    ...fkey,
    ...serverTime,
    ...card,
    "#roomlist": renamedId("roomlist"),
    "InitRoomIndex(…)": reworded("InitRoomIndex(", "BeginRoomIndex("),
  },
  "search page": {
    ...monologue,
    "a[href*='/transcript/']": reworded('href="/transcript/', 'href="/log/'),
    ".timestamp": renamedClass("timestamp"),
    ".monologue .message": renamedClass("message"),
  },
  "list of starred messages": {
    ".times": renamedClass("times"),
    ".stars": renamedClass("stars"),
    "a.permalink": renamedClass("permalink"),
    "li[data-time]": reworded("data-time=", "data-when="),
  },
};

const rows = pages.flatMap(([name, call, html]) =>
  Object.entries(parts[name] ?? {}).map(([part, change]) => ({ name, part, change, call, html })),
);

describe("a page without one of its parts has exactly that drift", () => {
  it.each(rows)("the $name without $part", ({ name, part, change, call, html }) => {
    const samples = fc.sample(html, { numRuns: 40, seed: 7 });
    const changed = samples.filter((page) => change(page) !== page).map(change);
    const drifts = new Set(changed.map((page) => driftOf(call, page).join("; ")));
    // A page without any element that could have the part, such as an empty room, does not lack the part.
    drifts.delete("");
    expect([...drifts]).toEqual([`${name}: missing: ${part}`]);
  });
});

/** Parts without a test above: they have no name, or every page of ours has them. */
const untried = [".content b", ".usercard[id*=user-]", ".roomcard[id^=room-]", "p", "viewer or login link"];

test("every expected part is removed in one of the tests above", () => {
  const folder = resolve(import.meta.dirname, "../src/protocol/pages");
  const sources = readdirSync(folder).filter((name) => /^[\w-]+\.ts$/.test(name));
  const notes = sources.flatMap((name) => [
    ...readFileSync(join(folder, name), "utf8").matchAll(
      /\b(?:selectExpected|orNoteMissing|noteEmpty|noteDrift)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?"([^"]+)",?\s*\)/g,
    ),
  ]);
  const named = new Set(notes.flatMap(([text, part = ""]) => (text.includes('"unknown ') ? [] : [part])));
  const tried = new Set(Object.values(parts).flatMap((page) => Object.keys(page)));
  expect([...named].filter((part) => !tried.has(part)).sort()).toEqual([...untried].sort());
  expect(named.size).toBeGreaterThan(40);
});
