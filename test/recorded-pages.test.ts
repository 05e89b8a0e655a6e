/**
 * The page parsers against every HTML page that was recorded from the live sites (kinds R, R* and D of the fixture
 * index); those about rooms are in recorded-rooms.test.ts. Expected values were read off the pages. A clone without the
 * recordings skips this, loudly; the parsers' own tests in src/protocol/pages need none.
 */
import { describe, expect, it } from "vitest";
import {
  parseChatPage,
  parseFkey,
  parseLoginPage,
  parseProfilePage,
  parseTranscriptPage,
  type RoomCard,
  recognizeErrorPage,
} from "../src/protocol/pages/index.js";
import { haveRecordings, recording } from "./recorded.js";

const cases: [file: string, check: (html: string) => void][] = [
  ["sochat4j/users-login.html", checkLogin2017],
  ["sochat4j/stackexchange-login-form.html", checkOpenIdForm],
  ["sochat4j/stackexchange-login-redirect-page.html", checkOpenIdRedirect],
  ["samliew/mocks/favorite.html", checkFavorites],
  ["samliew/mocks/login.html", checkLogin2018],
  ["samliew/mocks/login_nofkey.html", checkLoginWithoutFkey],
  ["samliew/mocks/transcript.html", checkTranscript],
  ["samliew/mocks/profile_raw_2018.html", checkProfile],
];

describe.skipIf(!haveRecordings)("recorded pages (skipped without ../shared/fixtures)", () => {
  it.each(cases)("%s is read as it was", (file, check) => {
    check(recording(file));
  });
});

function checkFavorites(html: string): void {
  const fkey = "abc3a168fb58f83bb158d796b2d21c79";
  expect(parseChatPage(html)).toEqual({
    fkey,
    me: { id: 10162108, name: "SpotDetector" },
    isAnonymous: false,
    serverTime: 1540560703,
  });
  expect(parseFkey(html, "favorites page")).toBe(fkey);
  expect(recognizeErrorPage(html)).toBeNull();
}

function checkLogin2017(html: string): void {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the recording has this placeholder.
  expect(parseLoginPage(html)).toEqual({ fkey: "${fkey}", hidden: { ssrc: "", oauth_version: "", oauth_server: "" } });
  expect(recognizeErrorPage(html)).toBe("login");
}

function checkLogin2018(html: string): void {
  expect(parseLoginPage(html)).toEqual({
    fkey: "1dfec326d3a6d52c8d03be6d3e1779e85c0d05e9699c1b0a3354cef2919944cb",
    hidden: { ssrc: "head", oauth_version: "", oauth_server: "" },
  });
  expect(recognizeErrorPage(html)).toBe("login");
}

function checkLoginWithoutFkey(html: string): void {
  expect(() => parseLoginPage(html)).toThrow("login page was not understood: #login-form input[name=fkey]");
}

function checkOpenIdForm(html: string): void {
  expect(parseFkey(html, "OpenID form")).toBe("17382ce7-0148-45ae-83e5-d5416ad4f12a");
}

function checkOpenIdRedirect(html: string): void {
  expect(parseChatPage(html)).toEqual({ fkey: null, me: null, isAnonymous: false, serverTime: null });
  expect(recognizeErrorPage(html)).toBeNull();
}

function checkTranscript(html: string): void {
  const { messages, ...page } = parseTranscriptPage(html);
  expect(page).toEqual({
    roomId: 167908,
    roomName: "SOBotics Workshop",
    roomDescription:
      "A place to test new bots that will eventually graduate to the SOBotics main room. Github: https://sobotics.org/github" +
      " | Redunda: https://sobotics.org/redunda | Channel: http://sobotics.org/channel",
    access: "gallery",
    tags: ["bots", "testing", "waffles"],
    currentUserCount: 12,
    recentMessageCount: 5,
    day: "2018-10-30",
    hours: { from: 11, to: 23 },
    firstDay: "2018-03-30",
    previousDay: "2018-10-29",
    nextDay: null,
    lastDay: null,
    hourPages: [],
    highlightId: 44431164,
    me: { id: 4875631, isOwner: false, isModerator: false, mayAct: true },
    fkey: "Not Needed for Mock Purposes",
  });
  expect(messages).toHaveLength(103);
  expect(messages.map(({ id }) => id)).toEqual(
    [...html.matchAll(/id="message-(\d+)"/g)].map((found) => Number(found[1])),
  );
  checkTranscriptEnds(messages);
  const of = (id: number): string | null | undefined => messages.find((message) => message.id === id)?.contentHtml;
  expect(messages.filter(({ replyTo }) => replyTo).map(({ id, replyTo }) => [id, replyTo])).toEqual([
    [44424797, 44424796],
    [44424819, 44424817],
    [44424889, 44424878],
    [44424990, 44424989],
    [44425025, 44425007],
    [44425032, 44425030],
    [44425083, 44425063],
    [44425114, 44425083],
    [44425125, 44425114],
    [44431164, 44430856],
  ]);
  expect(messages.filter(({ edited }) => edited).map(({ id }) => id)).toEqual([44424887, 44425151, 44430526, 44430670]);
  expect(messages.flatMap(({ timeLabel }) => timeLabel ?? []).join()).toBe(
    "11:58 AM,12:06 PM,12:08 PM,12:10 PM,12:13 PM,12:14 PM,12:22 PM,12:24 PM,12:27 PM,12:28 PM,12:32 PM,12:42 PM," +
      "1:23 PM,7:42 PM,7:54 PM,8:39 PM,10:02 PM",
  );
  expect(messages.filter(({ mine }) => mine)).toHaveLength(10);
  expect(messages.some(({ deleted, stars, pinned }) => deleted || pinned || stars > 0)).toBe(false);
  expect(of(44424895)).toBe(
    "<pre class='full'>      - STACKEXCHANGE_API_PAGE_SIZE=90\n      - STACKEXCHANGE_API_MAX_PAGE=215</pre>",
  );
  expect(of(44425003)).toBe(
    "<div class='full'>Creating gemmy_burnaki_1    ... done <br> Creating gemmy_burnaki-db_1 ... done</div>",
  );
  expect(of(44424808)).toMatch(
    /^<pre class='partial'>LEASE\.jar!\/:4\.3\.8\.RELEASE\]\n\tat fr\.tunaki\..*start\(&lt;/,
  );
  expect(of(44425037)).toMatch(/^<div class='partial'>2018-10-30 12:34:26\.287 {2}INFO 7 .* to room 167908\.<\/div>$/);
  expect(of(44430540)).toBe('<span class="mention">@FrankerZ</span> joking aside - how you been?');
}

function checkTranscriptEnds(messages: ReturnType<typeof parseTranscriptPage>["messages"]): void {
  const day = Date.UTC(2018, 9, 30) / 1000;
  const plain = { deleted: false, edited: false, stars: 0, starredByMe: false, pinned: false, pinnedByMe: false };
  expect(messages[0]).toEqual({
    ...plain,
    id: 44424713,
    userId: 1252759,
    userName: "Jon Clements",
    mine: false,
    contentHtml: "howdy",
    replyTo: null,
    highlighted: false,
    timeLabel: "11:58 AM",
    minTime: day + (11 * 60 + 58) * 60,
    maxTime: day + (11 * 60 + 58) * 60 + 59,
  });
  // No label of its own: between the one before (11:58) and the one after (12:06).
  expect(messages[1]).toMatchObject({
    id: 44424714,
    userName: "g00glen00b",
    timeLabel: null,
    minTime: day + (11 * 60 + 58) * 60,
    maxTime: day + (12 * 60 + 6) * 60 + 59,
  });
  expect(messages.at(-1)).toEqual({
    ...plain,
    id: 44431164,
    userId: 4875631,
    userName: "FrankerZ",
    mine: true,
    contentHtml:
      "@JonClements Well, when you&#39;re working with JavaScript all day, it slowly destro҉ys your will to keep fighting. " +
      "<code>I&#39;m starting to lose it</code>",
    replyTo: 44430856,
    highlighted: true,
    timeLabel: "10:02 PM",
    minTime: day + (22 * 60 + 2) * 60,
    maxTime: day + (22 * 60 + 2) * 60 + 59,
  });
}

function checkProfile(html: string): void {
  const { owningRooms, rooms, ...profile } = parseProfilePage(html);
  expect(profile).toEqual({
    id: 4875631,
    name: "FrankerZ",
    isModerator: false,
    about: "You're awesome!",
    memberSince: "2015-05-26",
    lastSeen: 14,
    lastMessage: 49 * 60,
    reputation: 15026,
    messageCount: 8671,
    roomCount: 44,
    parentProfileUrl: "https://stackoverflow.com/users/4875631/frankerz",
    parentSiteName: "Stack Overflow",
    avatarUrl: "https://i.stack.imgur.com/zRk5K.jpg?s=128&g=1",
  });
  const state = (room: RoomCard): string => (room.deleted ? "deleted" : room.frozen ? "frozen" : room.access);
  expect(owningRooms.map((room) => [room.id, room.name, room.messageCount, state(room)])).toEqual([
    [182477, "Room for FrankerZ and tripleee", 20, "public"],
    [177119, "NotepadDev Test", 44, "deleted"],
    [144628, "Conversation between PNB and FrankerZ", 63, "frozen"],
    [121558, "Room for FrankerZ and Tunaki", 120, "frozen"],
    [120256, "Room for FrankerZ and Tunaki", 24, "frozen"],
    [120155, "Room for FrankerZ and Brad Larson", 2, "deleted"],
    [120081, "Room for FrankerZ and Tunaki", 18, "frozen"],
    [118564, "Room for FrankerZ and NathanOliver", 20, "frozen"],
  ]);
  expect(rooms.map((room) => [room.id, room.name, room.messageCount, room.presentCount, room.isFavorite])).toEqual([
    [167908, "SOBotics Workshop", 235, 9, false],
    [111347, "SOBotics", 5885, 18, true],
    [41570, "SO Close Vote Reviewers", 1358, 38, true],
    [182477, "Room for FrankerZ and tripleee", 20, 1, false],
    [7, "C#", 30, 19, false],
  ]);
}
