import { describe, expect, it } from "vitest";
import {
  parseProfilePage,
  parseRoomAccessPage,
  parseRoomInfoPage,
  parseRoomPage,
  parseRoomsPage,
  parseRoomTabPage,
} from "./index.js";

describe("the room page", () => {
  const room = (rest: string): string => `<h1 id="roomtitle"><span id="roomname">A &amp; B</span></h1>${rest}`;
  const start = (args: string): string =>
    room(`<script>SERVER_TIME_OFFSET = 99 - 1; var chat = StartChat(${args});</script>`);

  it("reads the present users of pages since 2020", () => {
    const users =
      '[{"id":-2,"name":"Feeds"},{"id":5,"name":"Ann \\"x\\" <b>","email_hash":"!//a/b.png","reputation":1,"is_owner":true,"is_moderator":false,"last_post":0,"last_seen":7}]';
    const holder = `<div class="js-present" data-users="${users.replaceAll('"', "&quot;")}"></div>`;
    const page = parseRoomPage(
      `${start("{}, 5, {id: 17}")}${holder}<div id="active-user" class="user-5"><img title="Ann"></div>`,
    );
    expect(page.me).toEqual({ id: 5, name: "Ann" });
    const unknown = { emailHash: null, reputation: null, lastPost: null, lastSeen: null, isModerator: null };
    expect(page.present).toEqual([
      { ...unknown, id: -2, name: "Feeds", isOwner: false },
      {
        id: 5,
        name: 'Ann "x" <b>',
        emailHash: "!//a/b.png",
        reputation: 1,
        lastPost: null,
        lastSeen: 7,
        isOwner: true,
        isModerator: false,
      },
    ]);
  });

  it("adds the viewer, who is not in the list on pages of 2019", () => {
    const list = `CHAT.RoomUsers.initPresent([{id: 5, name: ("Bo"), email_hash: ("b"), reputation: 7, last_post: 9}]);`;
    const update = (id: number): string =>
      `CHAT.RoomUsers.update(${id},{name:("Ann"),email_hash:("a"),reputation:1234,is_owner:true});`;
    const page = (calls: string): ReturnType<typeof parseRoomPage> =>
      parseRoomPage(`${start("{}, 6, {id: 17}")}<script>\n${calls}\n</script>`);
    const bo = { id: 5, name: "Bo", emailHash: "b", reputation: 7, lastPost: 9, isOwner: false };
    const ann = { id: 6, name: "Ann", emailHash: "a", reputation: 1234, lastPost: null, isOwner: true };
    expect(page(`${list}\n${update(6)}`).present).toMatchObject([bo, ann]);
    expect(page(`${update(6)}${list}`).present).toMatchObject([bo, ann]);
    expect(page(`${list}\n${update(8)}`).present).toMatchObject([bo]);
    const both = list.replace("]", `,{id: 6, name: ("Ann"), email_hash: ("a"), reputation: 1234, last_post: 99}]`);
    expect(page(`${both}\n${update(6)}`).present).toMatchObject([bo, { ...ann, lastPost: 99 }]);
    expect(page(update(6)).present).toBeNull();
    const name = list.replace("Bo", `x CHAT.RoomUsers.update(6,{name:'Y'})`);
    expect(page(name).present).toHaveLength(1);
  });

  it("reads StartChat of 2019, with ids as strings and unacknowledged mentions", () => {
    const third = "{id:17,host:'',deleted:true,frozen:true,is_live_chat:false,live_chat_host_id:0}";
    const page = parseRoomPage(start(`{ws:true}, 0, ${third}, ["7","8"], false, false, {"44":1,45:17}`));
    expect(page).toMatchObject({
      id: 17,
      name: "A & B",
      frozen: true,
      deleted: true,
      me: null,
      mayPost: false,
      serverTime: 99,
    });
    expect(page.ignoredUserIds).toEqual([7, 8]);
    expect(page.unackedMentions).toEqual([
      { messageId: 44, roomId: 1 },
      { messageId: 45, roomId: 17 },
    ]);
    expect(page.present).toBeNull();
  });

  it("names the missing part", () => {
    expect(() => parseRoomPage("<p>")).toThrow("the room page was not understood: #roomname");
    expect(() => parseRoomPage(room(""))).toThrow("StartChat room id");
    const id = start("{}, 0, {id: 1}");
    expect(() => parseRoomPage(`${id}<div class=js-present data-users="[{]"></div>`)).toThrow(
      ".js-present[data-users]",
    );
    expect(() => parseRoomPage(`${id}<div class=js-present data-users='[{"id":1}]'></div>`)).toThrow("id and name");
    expect(() => parseRoomPage(`${id}<script>CHAT.RoomUsers.initPresent([{id: 1,`)).toThrow("initPresent");
  });
});

describe("the room info page", () => {
  const counts = '<div class="room-message-count-xxl">12</div><div class="room-user-count-xxl">3</div>';
  const card = (inner: string): string => `<div class="roomcard-xxl frozen" id="room-9">${inner}${counts}</div>`;

  it("omits the diamond, and the edit link that owners see", () => {
    const heading = '<h1><span class="sprite sprite-sec-private"></span><span>&#9830;</span>&nbsp;Secret</h1>';
    const page = parseRoomInfoPage(
      card(`${heading}<p>About <i>it</i> (<a href="#">edit</a>)</p><img title="Code Golf">`),
    );
    expect(page).toMatchObject({
      id: 9,
      name: "Secret",
      description: "About it",
      descriptionHtml: "About <i>it</i>",
      access: "private",
      frozen: true,
      messageCount: 12,
      userCount: 3,
      parentSiteName: "Code Golf",
      firstMessage: null,
      lastMessage: null,
      owners: [],
    });
  });

  it("names the missing part", () => {
    expect(() => parseRoomInfoPage("<h1>x</h1>")).toThrow("the room info page was not understood: .roomcard-xxl");
    expect(() => parseRoomInfoPage('<div class="roomcard-xxl" id="room-9"><h1>x</h1>')).toThrow(
      ".room-message-count-xxl",
    );
  });

  it("reads the access list", () => {
    const user =
      '<div class="usercard" id="user-4"><div class="user-header" title="Mo ♦"><a class="username" href="/users/4/mo">Mo ♦</a></div></div>';
    const page = parseRoomAccessPage(
      `<div id="access-section-owner">${user}</div><div id="access-section-read-write"></div>`,
    );
    expect(page.owners.map(({ id, name, isModerator }) => [id, name, isModerator])).toEqual([[4, "Mo", true]]);
    expect([page.readWrite, page.readOnly]).toEqual([[], []]);
    expect(() => parseRoomAccessPage("<p>")).toThrow("#access-section-owner");
  });
});

describe("any tab of the room info page", () => {
  const tab = (current: string, rest: string): string =>
    `<div id="content"><div class="subheader"><h1>Den</h1><div id="tabs">
    <a href="?tab=general">general</a><a href="?tab=stars"><span class="tabcount">44.5k</span> stars</a>
    <a href="?id=9&amp;tab=feeds"><span class="tabcount"> 2 </span> feeds</a><a href="?tab=access"><span class="tabcount"></span>access</a>
    </div></div>${rest}</div>`.replace(`tab=${current}"`, `tab=${current}" class="youarehere"`);
  const card =
    '<div class="roomcard frozen" id="room-9"><span class="room-name" title="Den"><a href="/transcript/9">Den</a></span><div class="room-description">Currently no feeds are being posted into this room.</div></div>';

  it("has exact, rounded or no counts, and a small card outside the general tab", () => {
    const page = parseRoomTabPage(tab("stars", card));
    expect(page).toMatchObject({ roomId: 9, roomName: "Den", card: { id: 9, frozen: true }, withoutFeeds: null });
    expect(page.tabs.map(({ name, count, isCurrent }) => [name, count, isCurrent])).toEqual([
      ["general", null, false],
      ["stars", 44_500, true],
      ["feeds", 2, false],
      ["access", null, false],
    ]);
    expect(parseRoomTabPage(tab("general", '<div class="roomcard-xxl" id="room-9"></div>')).card).toBeNull();
    expect(() => parseRoomTabPage("<p>")).toThrow("#tabs a[href]");
    expect(() => parseRoomTabPage(tab("feeds", ""))).toThrow(".roomcard[id^=room-]");
  });

  it.each([
    ["live", "Currently no feeds are being posted into this room."],
    ["frozen", "Because this room is frozen, no feeds are being\n posted into this room."],
    ["deleted", "Because this room is deleted, no feeds are being posted into this room."],
    [null, "3 feeds are being posted into this room."],
  ])("shows on the feeds tab that a room is %s", (kind, sentence) => {
    expect(parseRoomTabPage(tab("feeds", `${card}<p>${sentence}</p>`)).withoutFeeds).toBe(kind);
  });
});

describe("the list of rooms", () => {
  it("reads a card with a colon in a user's name, without a script", () => {
    const html = `<div id="tabs"><a class="youarehere" href="?tab=mine&amp;sort=people">mine</a></div><div id="roomlist">
      <div id="room-3" class="roomcard"><h3><span class="sprite sprite-sec-private"></span><span class="room-name" title="Long name">Lo…</span></h3>
      <div class="last-activity">just now &ndash; <a href="/users/-2/feeds" title="Feeds">Feeds</a></div>
      <div class="room-users" title="1 user present"><a href="/users/8/x"><img title="a: b: 2h ago, 1,234 posts (0%)"></a></div>
      <div class="room-message-count"><a>1.8k</a></div></div></div>`;
    const page = parseRoomsPage(html);
    expect(page).toMatchObject({ tab: "mine", sort: null, page: 1, pageCount: 1, fkey: null, me: null });
    expect(page.rooms[0]).toMatchObject({
      id: 3,
      name: "Long name",
      access: "private",
      lastActivity: { when: "just now", secondsAgo: 0, user: { id: -2, name: "Feeds" } },
      present: [{ id: 8, name: "a: b", lastPost: 7200, messageCount: 1234 }],
      presentCount: 1,
      messageCount: 1800,
    });
  });

  it("names the missing part", () => {
    expect(() => parseRoomsPage("<p>")).toThrow("the rooms page was not understood: #roomlist");
  });
});

describe("a profile", () => {
  it("reads a moderator without messages", () => {
    const cell = (key: string, value: string): string =>
      `<tr><td class="user-keycell">${key}</td><td class="user-valuecell">${value}</td></tr>`;
    const html = `<div class="subheader"><h1>Mo ♦</h1></div><div class="usercard-xxl"><table><tr><td><img class="user-gravatar-128" src="//x/y.png">
      <div class="user-status">Mo ♦</div><table class="user-stats">${cell("last message", "n/a")}${cell("last seen", "just now")}
      ${cell("about (<a>edit</a>)", "&lt;3")}</table></table></div>
      <div class="user-message-count-xxl">0</div><div class="user-room-count-xxl">0</div>`;
    expect(parseProfilePage(html)).toEqual({
      id: null,
      name: "Mo",
      isModerator: true,
      about: "<3",
      memberSince: null,
      lastSeen: 0,
      lastMessage: null,
      reputation: null,
      messageCount: 0,
      roomCount: 0,
      parentProfileUrl: null,
      parentSiteName: null,
      avatarUrl: "https://x/y.png",
      owningRooms: [],
      rooms: [],
    });
  });

  it("names the missing part", () => {
    expect(() => parseProfilePage("<h1>x</h1>")).toThrow("the profile page was not understood: .usercard-xxl");
  });
});
