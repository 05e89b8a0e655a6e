/**
 * The server's pages against those recorded from the live sites: the elements that protocol.md §6 names are in the same
 * place on both (tag, classes and ancestors up to an id), and on ours they have the values of the prepared state.
 */
import { describe, expect, test } from "vitest";
import { type WireStage, wireStage } from "./foreign-wire.js";
import { chainOf, load, saidBy } from "./page-structure.js";
import { haveRecordings, recordedFiles, recording } from "./recorded.js";

/** A selector, and its value on our page: a text, or an attribute `name=value`. */
type Row = readonly [selector: string, value?: string | RegExp];

/** Differences of our pages, by selector, with the reason; the selector still finds the right element. */
const differs: Readonly<Record<string, string>> = {
  "#footer-logo a[href][title]": "ours is no table",
  "#active-user img[title]": "ours have a tint for pictures that do not load",
  "a[href*='/feeds/rooms/starred/']": "ours stands in the heading",
  "#bubble": "ours has a class for its look",
  "#bubble form": "ours has a class for its look",
  "#present-users": "ours has no fixed height",
  "#mainbar-full h1, #content h1": "ours has no column around the text",
  ".subtabs a": "ours stand beside the search",
  ".roomcard .room-users a[href] img[title]": "ours have a tint for pictures that do not load",
  "#submit-button": "ours has another class for its look",
  ".signature .avatar img": "ours have a tint for pictures that do not load",
  ".room-current-user-count a": "ours stands after the name, not within",
  ".room-message-count a": "ours stands after the name, not within",
  ".calendar": "ours are in a row",
  ".stats-count": "ours is one table, not two",
  ".stats-timeframe": "ours is one table, not two",
  ".user-status": "ours is no table",
  ".user-keycell": "ours is in no table of the layout",
  ".user-valuecell": "ours is in no table of the layout",
  ".user-valuecell a[href*='/users/']": "ours is in no table of the layout",
  ".user-valuecell img.small-site-logo[title]": "ours is in no table of the layout",
  ".user-valuecell .reputation-score[title]": "ours is in no table of the layout",
};

const topbar: readonly Row[] = [
  [".topbar-menu-links a", "href=/users/200002/gus-guest"],
  ["#header .nav a[href='/users']", /^users \(\d+\)$/],
  ["#footer #svnrev", /^rev [\d.]+$/],
];

const pages: Readonly<Record<string, readonly [path: string, rows: readonly Row[]]>> = {
  "sochat4j/rooms-1.html": [
    "/rooms/11",
    [
      ["#roomname", "Den"],
      ["#roomdesc", "Where we meet"],
      ["#room-tags a.tag", "java"],
      ["#toggle-favorite.favorite-room"],
      ["input#fkey", /^value=[0-9a-f]{32}$/],
      ["#footer-logo a[href][title]", "title=Stack Overflow"],
      ["#active-user", /^class=.*\buser-200002\b/],
      ["#active-user img[title]", "title=Gus Guest"],
      ["#my-rooms li", "id=room-12"],
      ["#my-rooms li a", "Trash"],
      ["#my-rooms .last-message .user-name", "Owen"],
      ["#my-rooms .last-message .text", "rubbish"],
      ["#my-rooms .time.data"],
      ["#sidebar-menu #leave"],
      ["a[href*='/feeds/rooms/starred/']", "href=/feeds/rooms/starred/11"],
      ["textarea#input"],
      ["#bubble"],
      ["#chat"],
      ["#present-users"],
      ["#starred-posts"],
    ],
  ],
  "sochat4j/rooms-15-protected.html": [
    "/rooms/13",
    [["#roomtitle .sprite-sec-gallery"], ["#bubble form", "action=/rooms/requestaccess"], ["#roomname", "Gallery"]],
  ],
  "sochat4j/private-room.html": [
    "/rooms/14",
    [
      ["h2", "Private Room"],
      ["form[action='/rooms/requestaccess']", "method=post"],
      ["form input[name=roomId]", "value=14"],
      ["form input[name=fkey]", /^value=[0-9a-f]{32}$/],
      ...topbar,
    ],
  ],
  "sochat4j/room-not-found.html": ["/rooms/999", [["#mainbar-full h1, #content h1", "Page not found"], ...topbar]],
  "sochat4j/homepage.so.html": [
    "/",
    [
      ["#tabs a", /^[a-z]+$/],
      ["#tabs .tabcount", "1"],
      [".subtabs a", /^[a-z]+$/],
      ["#roomlist .roomcard"],
      ["#room-11 .room-name[title] a[href], #room-7 .room-name[title] a[href]", "href=/rooms/11/den"],
      ["#roomlist .room-description[title]", /^title=/],
      ["#roomlist .last-activity", /^\d+[smhd] ago – |^just now – /],
      [".last-activity a", /^href=\/users\/20000\d\//],
      [".roomcard .room-users[title]", /^title=\d+ users? present$/],
      [".roomcard .room-users a[href] img[title]", /^title=[^:]+: .+, \d+ posts? \(\d+%\)$/],
      [".roomcard .room-message-count[title]", /^title=\d+ all time messages?$/],
      [".roomcard .room-message-count[title] a", /^\d/],
      [".roomcard .room-user-count"],
      [".roomcard .room-info-link a", "info"],
      [".pager .page-numbers"],
      [".pager .page-numbers.current", "1"],
      [".pager .page-numbers.dots"],
      [".pager .page-numbers.next", "next"],
      ...topbar.slice(0, 1),
    ],
  ],
  "samliew/mocks/favorite.html": [
    "/chats/join/favorite",
    [["#content form", "method=post"], ["form input[name=fkey]", /^value=[0-9a-f]{32}$/], ...topbar.slice(0, 1)],
  ],
  "samliew/mocks/login.html": [
    "//stackoverflow.com/users/login",
    [
      ["form#login-form", /^action=\/users\/login/],
      ["#login-form input[name=fkey]", /^value=[0-9a-f]{64}$/],
      ["#login-form input[name=ssrc]"],
      ["#login-form input[name=email]"],
      ["#login-form input[name=password]"],
      ["#login-form input[name=oauth_version]", "value="],
      ["#login-form input[name=oauth_server]", "value="],
      ["#submit-button"],
    ],
  ],
  "samliew/mocks/transcript.html": [
    "/transcript/message/HIGHLIGHT",
    [
      ["link[rel=canonical]", /^href=.*\/transcript\/11\/2024\/1\/3\b/],
      ["#main > a[href^='/transcript']", "title=2024-01-01"],
      ["#main a[rel=prev]", "title=2024-01-01"],
      [".monologue", /^class=.*\buser-20000\d\b/],
      [".monologue.mine", /^class=.*\buser-200002\b/],
      [".signature .username a", /^href=\/users\/20000\d\//],
      [".signature .avatar img"],
      [".messages .timestamp", /^\d{1,2}:\d\d [AP]M$/],
      [".message.highlight", "id=message-HIGHLIGHT"],
      [".message.highlight a[name]", "name=HIGHLIGHT"],
      [".message .action-link"],
      [".message .action-link.edits"],
      [".message .content span.mention", "@GusGuest"],
      ["a.reply-info", /^href=\/transcript\/11\?m=(\d+)#\1$/],
      [".message.highlight .content", "the one"],
      ["#info .room-name a", "Den"],
      ["#info .room-mini-description[title]"],
      [".room-current-user-count a"],
      [".room-message-count a"],
      [".calendar"],
      ["#info a.tag", "java"],
      [".system-message-container .system-message", /hours? later/],
    ],
  ],
  "samliew/mocks/room_info.html": [
    "/rooms/info/11?tab=general&users=current",
    [
      [".subheader h1", "Den"],
      [".roomcard-xxl", "id=room-11"],
      [".roomcard-xxl h1"],
      [".roomcard-xxl p", "Where we meet"],
      [".roomcard-xxl a.tag", "java"],
      [".room-stats td"],
      [".stats-count"],
      [".stats-timeframe", "today"],
      [".room-message-count-xxl", "14"],
      [".room-user-count-xxl"],
      ["#room-ownercards .usercard", "id=owner-user-200001"],
      ["#room-usercards-container .usercard", /^id=user-20000\d$/],
      ["#room-usercards"],
      ["#room-usercards .user-header[title]"],
      ["#room-usercards a.username", /^href=\/users\/20000\d\//],
      ["#room-usercards .moderator", "Max ♦"],
      ["#room-usercards .reputation-score[title]", /^title=\d+$/],
      ["#room-usercards .user-message-info[title]"],
      ["#room-usercards .user-details a.permalink"],
      ["#room-usercards .user-message-count[title]", /^title=\d+ all time messages?/],
    ],
  ],
  "samliew/mocks/profile_raw_2018.html": [
    "/users/200001",
    [
      ["h1", "Owen"],
      [".user-status"],
      [".user-keycell"],
      [".user-valuecell"],
      [".user-valuecell a[href*='/users/']", "href=//stackoverflow.com/users/200001/owen"],
      [".user-valuecell img.small-site-logo[title]", "title=Stack Overflow"],
      [".user-valuecell .reputation-score[title]", "title=500"],
      [".user-message-count-xxl", "10"],
      [".user-room-count-xxl"],
      ["#user-owningcards .roomcard", /^id=room-1[1-4]$/],
      ["#user-roomcards-container .roomcard"],
      [".roomcard .room-message-count[title]", /^title=\d+ all time messages? \(by Owen\)$/],
    ],
  ],
  "jamessobot/user_profile_roomcard.html": [
    "/users/200001",
    [
      [".roomcard .room-header h3 .room-name a"],
      [".roomcard .room-description"],
      [".roomcard .room-message-count a"],
      [".roomcard .room-info-link a", "info"],
    ],
  ],
};

/** Pages without a counterpart of ours, and why. */
const without: Readonly<Record<string, string>> = {
  "sochat4j/homepage.se.html": "the same page as homepage.so.html",
  "sochat4j/users-login.html": "the log-in page of 2017; ours is that of 2018",
  "samliew/mocks/login_nofkey.html": "login.html with the key taken out by hand",
  "sochat4j/stackexchange-login-form.html": "the OpenID log-in, gone since 2018-07",
  "sochat4j/stackexchange-login-redirect-page.html": "the OpenID log-in, gone since 2018-07",
};

/** Some days of talk in room 11, more rooms than a page holds, and the message that the transcript highlights. */
async function talk({ site, guest, clock }: WireStage): Promise<string> {
  const [owen, gus] = [site.user("Owen"), site.user("Gus Guest")];
  for (let n = 0; n < 200; n++) site.addRoom({ name: `Room ${n}`, description: "one of many" });
  site.addRoom({ id: 13, name: "Gallery", access: "gallery", owners: [owen] });
  site.addRoom({ id: 14, name: "Hidden", access: "private", owners: [owen] });
  const max = site.addUser({ name: "Max", isModerator: true, about: "keeps order" });
  for (const person of [owen, gus, max]) person.in(11).enters();
  gus.in(12).enters();
  owen.in(12).says("rubbish");
  gus.in(11).says("the first day");
  max.in(11).says("hello all");
  await clock.advance(2 * 86_400_000);
  const asked = owen.in(11).says("hello");
  const answer = gus.in(11).says("an answer", { replyTo: asked });
  gus.in(11).edits(answer.id, "another answer");
  await clock.advance(2 * 3_600_000);
  for (let n = 0; n < 7; n++) owen.in(11).says(`and ${n}${n === 3 ? ", @GusGuest" : ""}`);
  const { id } = owen.in(11).says("the one");
  await clock.advance(2 * 86_400_000);
  for (const text of ["the last day", "indeed"]) gus.in(11).says(text);
  owen.in(12).invites(gus);
  await guest.send("POST /rooms/favorite", "roomId=11&fkey=FKEY");
  return String(id);
}

describe.skipIf(!haveRecordings)("the pages of the local server (skipped without ../shared/fixtures)", () => {
  test.each(Object.entries(pages))("as in %s", async (file, [path, rows]) => {
    const stage = await wireStage({ replyMarkup: "reply-info" });
    await using _ = stage.server;
    const highlight = await talk(stage);
    const asker = path.includes("login") ? stage.nobody : stage.guest;
    const ours = load((await asker.send(`GET ${path.replace("HIGHLIGHT", highlight)}`)).slice(4));
    const recorded = load(recording(file));
    for (const [selector, value] of rows) {
      const [place, recordedPlace] = [chainOf(ours, selector), chainOf(recorded, selector)];
      expect(place, `${selector} on our page`).not.toBe("");
      expect(recordedPlace, `${selector} on the recorded page`).not.toBe("");
      if (!differs[selector]) expect(place, selector).toBe(recordedPlace);
      const wanted = typeof value === "string" ? value.replace("HIGHLIGHT", highlight) : value;
      if (typeof wanted === "string") expect(saidBy(ours, selector, wanted), selector).toBe(wanted);
      else if (wanted) expect(saidBy(ours, selector, wanted.source), selector).toMatch(wanted);
    }
  });

  test("every recorded page is compared, or there is a reason", () => {
    for (const [file, reason] of Object.entries(without)) console.warn(`${file} is not compared: ${reason}`);
    expect([...Object.keys(pages), ...Object.keys(without)].sort()).toEqual(recordedFiles(".html"));
  });
});
