/** The page parsers against every recorded page about rooms, as in recorded-pages.test.ts. */
import { describe, expect, it } from "vitest";
import {
  parseChatPage,
  parseRoomCards,
  parseRoomInfoPage,
  parseRoomPage,
  parseRoomsPage,
  type RoomCard,
  recognizeErrorPage,
} from "../src/protocol/pages/index.js";
import { haveRecordings, recording } from "./recorded.js";

const cases: [file: string, check: (html: string) => void][] = [
  ["sochat4j/rooms-1.html", checkSandboxRoom],
  ["sochat4j/rooms-15-protected.html", checkGalleryRoom],
  ["sochat4j/private-room.html", checkPrivateRoom],
  ["sochat4j/room-not-found.html", checkRoomNotFound],
  ["sochat4j/homepage.so.html", checkStackOverflowRooms],
  ["sochat4j/homepage.se.html", checkStackExchangeRooms],
  ["samliew/mocks/room_info.html", checkRoomInfo],
  ["jamessobot/user_profile_roomcard.html", checkRoomCard],
];

describe.skipIf(!haveRecordings)("recorded pages (skipped without ../shared/fixtures)", () => {
  it.each(cases)("%s is read as it was", (file, check) => {
    check(recording(file));
  });
});

function checkSandboxRoom(html: string): void {
  const { present, ...room } = parseRoomPage(html);
  expect(room).toEqual({
    id: 1,
    name: "Sandbox",
    descriptionHtml: "Where you can play with regular chat features (except flagging) without upsetting anyone",
    description: "Where you can play with regular chat features (except flagging) without upsetting anyone",
    tags: ["sandbox"],
    isFavorite: true,
    access: "public",
    frozen: false,
    deleted: false,
    mayPost: true,
    parentSiteName: "Stack Overflow",
    parentSiteUrl: "http://stackoverflow.com",
    me: { id: 4258326, name: "OakBot" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the recording has this placeholder.
    fkey: "${fkey}",
    myRooms: [
      {
        id: 139,
        name: "Java",
        lastMessage: { userName: "Michael", text: "I can't go either, I'm at work. :(", timeStamp: 1492565917 },
      },
    ],
    ignoredUserIds: [],
    unackedMentions: [],
    serverTime: 1492566878,
  });
  expect(
    present?.map(({ id, name, reputation, lastPost, isOwner }) => [id, name, reputation, lastPost, isOwner]),
  ).toEqual([
    [13379, "Michael", 22134, 1492565139, true],
    [1839506, "Caprica Six", 1500, 1492548492, true],
    [829835, "rlemon", 12332, 1492535990, true],
    [7007466, "satibel", 207, 1492527767, false],
    [4258326, "OakBot", 31, 1492516574, false],
    [5827958, "zondo", 13797, 1492391190, false],
    [6859980, "Loquitor", 21, 1492329380, false],
    [7829893, "Open Reports", 21, 1491817902, false],
    [4454744, "MarkI", 197, 1484884455, false],
    [6845426, "dipper", 128, null, false],
    [6091685, "jake", 135, null, false],
  ]);
  expect(present?.[0]?.emailHash).toBe("!https://i.stack.imgur.com/awces.jpg?s=128&g=1");
  expect(present?.[7]?.emailHash).toBe("e4a39826eb95106eca6a196d760d30b9");
}

function checkGalleryRoom(html: string): void {
  const room = parseRoomPage(html);
  expect(room).toMatchObject({
    id: 15,
    name: "Android",
    access: "gallery",
    mayPost: false,
    isFavorite: false,
    tags: ["android", "cats", "circleavatars", "cyanavatars", "xkcd"],
    me: { id: 4258326, name: "OakBot" },
    serverTime: 1492566987,
  });
  expect(room.descriptionHtml).toBe(
    "The whole age of computer has made it where nobody knows exactly what is going on. " +
      'Rules: <a href="http://room-15.github.io/" rel="nofollow noopener noreferrer">room-15.github.io</a> ' +
      'Blog: <a href="http://room-15.github.io/blog/" rel="nofollow noopener noreferrer">room-15.github.io/blog</a>',
  );
  expect(room.myRooms.map(({ id, name, lastMessage }) => [id, name, lastMessage?.timeStamp])).toEqual([
    [139, "Java", 1492565917],
    [1, "Sandbox", 1492565139],
  ]);
  expect(room.present?.map(({ id, name, isOwner }) => `${id} ${name}${isOwner ? " owner" : ""}`)).toEqual([
    "5496177 TheWanderer",
    "2232873 AndroidBot owner",
    "1069068 Raghav Sood owner",
    "2411667 Mark O'Sullivan",
    "1078098 Veaceslav Gaidarji",
    "1380752 codeMagic owner",
    "5858238 nyconing",
    "443346 Jordy",
    "1309629 Cjames",
    "457812 nil",
    "507810 FoamyGuy",
    "829835 rlemon",
    "889949 DaveRandom",
    "4258326 OakBot",
  ]);
}

function checkPrivateRoom(html: string): void {
  expect(recognizeErrorPage(html)).toBe("private-room");
  expect(parseChatPage(html)).toMatchObject({ me: { id: 358560, name: "user358560" }, serverTime: 1690725243 });
  expect(() => parseRoomPage(html)).toThrow("room page was not understood: #roomname");
}

function checkRoomNotFound(html: string): void {
  expect(recognizeErrorPage(html)).toBe("not-found");
  expect(parseChatPage(html)).toEqual({
    fkey: null,
    me: { id: 13379, name: "Michael" },
    isAnonymous: false,
    serverTime: 1690729953,
  });
}

const roomRow = (room: RoomCard): string =>
  `${room.id} ${room.name}: ${room.messageCount} by ${room.userCount}, ${room.lastActivity?.when} ${room.lastActivity?.user?.name}`;

function checkStackOverflowRooms(html: string): void {
  const page = parseRoomsPage(html);
  expect(page).toMatchObject({ page: 1, pageCount: 10, tab: "all", sort: "active", filter: "", showsFrozen: false });
  // The recording has a placeholder where the id of the viewer was.
  expect(page).toMatchObject({ me: null, fkey: "77c81faa5220c0e25060d42e594f448d", serverTime: 1692659751 });
  expect(page.rooms.map(roomRow)).toEqual([
    "126814 New Answers to Old Questions Headquarters: 2518738 by 22, 54s ago Natty",
    "111347 SOBotics: 2004553 by 537, 4m ago Queen",
    "41570 SO Close Vote Reviewers: 1230787 by 1769, 6m ago SmokeDetector",
    "232981 4b0's room: 123758 by 7, 9m ago 4b0",
    "7 C#: 2880834 by 7257, 17m ago Botler",
    "210133 NAABot: 333719 by 2, 18m ago DharmanBot",
    "197298 Meta Stack Overflow Comment Archive: 354121 by 6, 20m ago Boson - StandWithUkraine",
    "75819 GMTs: 193966 by 166, 36m ago Queen",
    "167908 SOBotics Workshop: 54338 by 65, 42m ago Queen",
    "139 Java: 880121 by 5190, 46m ago OakBot",
    "10 Lounge<C++>: 5074363 by 5544, 56m ago Morwenn",
    "210607 Let me talk to myself: 79620 by 26, 59m ago DharmanBot",
    "202954 Charcoal Test SO: 102824 by 8, 1h ago SmokeDetector",
    "244314 Off topic questions: 7155 by 1, 1h ago DharmanBot",
    "197325 Meta Stack Overflow Comment Archive Workshop: 2351 by 23, 1h ago Boson - StandWithUkraine",
    "208985 Bad Stack Overflow Reviews: 13496 by 144, 1h ago Ryan M",
    "17 JavaScript: 5269149 by 13477, 1h ago Parking Master",
    "252171 R Language Collective: 127 by 9, 2h ago M--",
    "6 Python: 2042274 by 6759, 2h ago Aran-Fey",
    "202427 MetaPython: 1834 by 30, 2h ago Karl Knechtel",
  ]);
  expect(page.rooms.filter(({ access }) => access === "gallery").map(({ id }) => id)).toEqual([
    126814, 232981, 210133, 197298, 75819, 167908, 244314,
  ]);
  expect(page.rooms[1]?.presentCount).toBe(13);
  expect(page.rooms.every(({ parentSiteName }) => parentSiteName === "Stack Overflow")).toBe(true);
  expect(page.rooms[0]?.present).toEqual([
    { id: 6817005, name: "Natty", lastPost: 54, messageCount: 2518337 },
    { id: 965146, name: "4b0", lastPost: null, messageCount: 0 },
  ]);
  expect(page.rooms.at(-1)?.present[1]).toEqual({
    id: 5067311,
    name: "Andras Deak -- Слава Україні",
    lastPost: 3 * 3600,
    messageCount: 460,
  });
}

function checkStackExchangeRooms(html: string): void {
  const page = parseRoomsPage(html);
  expect(page).toMatchObject({
    page: 1,
    pageCount: 32,
    fkey: "2cf173d7da9b2d14f5236489dbb728d8",
    serverTime: 1692659647,
  });
  expect(page.rooms.map((room) => `${roomRow(room)} (${room.parentSiteName})`)).toEqual([
    "36 Mathematics: 3527381 by 5524, 2m ago Ted Shifrin (Mathematics)",
    "11540 Charcoal HQ: 1899236 by 768, 3m ago metasmoke (The Stack Exchange Network)",
    "52405 The APL Orchard: 238112 by 434, 10m ago Adám (Code Golf)",
    "84778 The Terminal: 6292 by 44, 17m ago SmokeDetector (The Stack Exchange Network)",
    "36130 CONLOQVIVM: 69921 by 75, 20m ago Joonas Ilmavirta (Latin Language)",
    "147565 AI safety: 83 by 3, 22m ago Joseph Van Name (MathOverflow)",
    "106764 Vyxal: 93258 by 81, 23m ago lyxαl (Code Golf)",
    "80712 Sugarcube Corner: 18148 by 22, 27m ago Andras Deak -- Слава Україні (Science Fiction & Fantasy)",
    "47216 Политота на ru.SO: 34216 by 76, 27m ago avp (Stack Overflow на русском)",
    "41 TeX, LaTeX and Friends: 928647 by 1434, 32m ago David Carlisle (TeX - LaTeX)",
    "18 Ten fold: 27201 by 436, 44m ago Sycorax (Cross Validated)",
    "35 The Bridge: 3555605 by 1502, 44m ago Yuuki (Arqade)",
    "136286 The Sand Trap: 62870 by 68, 46m ago Ginger (Code Golf)",
    "3229 The Periodic Table: 230648 by 563, 48m ago Martin - マーチン (Chemistry)",
    "1 Sandbox: 107422 by 968, 49m ago Utility Bot (The Stack Exchange Network)",
    "146046 The Garbage Collector: 17710 by 55, 54m ago Seggan (Programming Language Design and Implementation)",
    "1037 The Reading Room: 110888 by 226, 58m ago Peter Shor (Literature)",
    "95 English Language & Usage: Multi-Layered Discourse Room: 2253468 by 1693, 1h ago Mitch (English Language & Usage)",
    "64176 This Is Fine: 240498 by 109, 1h ago Wipqozn (Arqade)",
    "2250 The Axon Terminal: 57420 by 154, 1h ago Generic Bot (Psychology & Neuroscience)",
  ]);
  expect(page.rooms[7]?.present).toEqual([]);
}

function checkRoomInfo(html: string): void {
  const { owners, users, ...room } = parseRoomInfoPage(html);
  expect(room).toEqual({
    id: 92764,
    name: "The Ministry of Silly Hats",
    description: "Welcome to the MOSH pit, where the fun hattens.",
    descriptionHtml: "Welcome to the MOSH pit, where the fun hattens.",
    tags: ["we-wait-for-hatty"],
    isFavorite: true,
    access: "public",
    frozen: false,
    messageCount: 123287,
    userCount: 138,
    parentSiteName: "Stack Overflow",
    firstMessage: "2015-10-19",
    lastMessage: 18 * 60,
    stats: { today: 65, yesterday: 199, perDay: 113, thisWeek: 1100, lastWeek: 530, perWeek: 1000 },
  });
  expect(owners.map(({ id, name, reputation, isModerator }) => [id, name, reputation, isModerator])).toEqual([
    [2302862, "Siguza", 17621, false],
    [4174897, "Kyll", 6675, false],
    [2246344, "Sam", 6807, false],
  ]);
  expect(owners[2]?.about).toBe("//TODO: Implement later.");
  expect(
    users.map((user) => [
      user.id,
      user.name,
      user.isModerator,
      user.reputation,
      user.messageCount,
      user.lastPost,
      user.lastPostId,
    ]),
  ).toEqual([
    [11407695, "Oleg Valter is with Ukraine", false, 8237, 3138, 18 * 60, 54821367],
    [3689450, "VLAZ", false, 23148, 3546, 18 * 60, 54821366],
    [10576970, "manro", false, 2836, 2602, 28 * 60, 54821295],
    [208273, "Ryan M", true, 15829, 5072, 4 * 3600, 54819902],
    [15497888, "Henry Ecker", false, 31886, 1315, 21 * 3600, 54816974],
    [366904, "Cody Gray", true, 231342, 17495, 86400, 54815971],
    [7481043, "Generic Bot", false, 309, 75, 37 * 86400, 54608632],
  ]);
  expect(users.map(({ about }) => about).slice(2)).toEqual([
    "",
    "he/him",
    "Pronouns: He/Him",
    "I've been told I have a fantastic frame.",
    "Bot<T>",
  ]);
}

function checkRoomCard(html: string): void {
  expect(parseRoomCards(html)).toEqual([
    {
      id: 1,
      name: "Sandbox",
      description: "Where you can play with regular chat features (except flagging) without upsetting anyone",
      parentSiteName: null,
      isFavorite: false,
      access: "public",
      frozen: false,
      deleted: false,
      lastActivity: { when: "1h ago", secondsAgo: 3600, user: { id: 11518920, name: "JamesBot" } },
      present: [
        { id: 11518920, name: "JamesBot", lastPost: 3600, messageCount: 18 },
        { id: 7886229, name: "JBis", lastPost: 2 * 86400, messageCount: 159 },
        { id: 5858238, name: "nyconing", lastPost: 3 * 86400, messageCount: 68 },
      ],
      presentCount: 9,
      messageCount: 159,
      userCount: null,
    },
  ]);
}
