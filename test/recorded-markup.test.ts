/** Chat markup against message contents recorded from the live sites. */
import { describe, expect, it } from "vitest";
import { htmlToMarkdown, htmlToText, isOnebox, isPartial, renderMarkdown } from "../src/protocol/markup/index.js";
import { haveRecordings, recording as read } from "./recorded.js";

interface Recorded {
  readonly message_id: number;
  readonly content?: string;
}

/** The messages of a recorded list; two of them are deleted and have no content. */
function listed(): readonly (readonly [id: number, content: string])[] {
  const list = JSON.parse(read("stackchat/chats_11540_events_mode_messages.json")) as { events: readonly Recorded[] };
  return list.events.flatMap((event) => (event.content === undefined ? [] : [[event.message_id, event.content]]));
}

/** The messages of a recorded transcript page, with the mark-up as served. */
function transcribed(): readonly (readonly [id: number, content: string])[] {
  const message = /id="message-(\d+)">[\s\S]*?<div class="content">\r?\n {20}([\s\S]*?) {22}\r?\n/g;
  return [...read("samliew/mocks/transcript.html").matchAll(message)].map(([, id, content]) => [
    Number(id),
    content ?? "",
  ]);
}

const origin = "https://chat.stackexchange.com";

describe.skipIf(!haveRecordings)("recorded message contents", () => {
  it.each([
    [41294188, "tpu- by suraj on http://tophealthydiet.com/protesto-virility/ [MS]"],
    [
      41294202,
      "[ SmokeDetector | MS ] Link at end of body: HTTP Post request transfer to Trello request LUA by SomeoneIsHere...Watching on superuser.com",
    ],
    [41294705, "@AJ Body - Position 466-508: Packers and Movers in Karachi pakistan</a>"],
    [41294752, "@tripleee Added silklogistics\\.com\\.pk to watchlist"],
    [41294769, "CI on 2a085a5 succeeded. Message contains 'autopull', pulling..."],
    [
      41294771,
      "[ SmokeDetector ] SmokeDetector started at rev 2a085a5 (SmokeDetector: Auto watch of silklogistics\\.com\\.pk by tripleee --autopull) (running on Henders/EC2)",
    ],
    [41295325, "!!/rmblu https://security.stackexchange.com/users/164379/johan-vd-pluijm"],
    [41295327, "@Henders User removed from blacklist (164379 on security.stackexchange.com)."],
    [
      41295577,
      '[ SmokeDetector | MS ] Link at end of answer: Should "Los Angeles" rhyme with "cheese" or "mess" by James Wayne on english.SE',
    ],
    [
      41299893,
      "[ SmokeDetector | MS ] Pattern-matching website in answer: восстановление outlook пароля by koganartem on ru.stackoverflow.com",
    ],
    [41301176, "https://chat.stackexchange.com/transcript/message/41277246#41277246"],
    [
      41301864,
      "No but when the transcript is filled with Body: Position 1-42: <obscenity> I'm not comfortable with the chances of someone showing up and flagging it",
    ],
    [41302392, "You're welcome back whenever you think you're ready :)"],
  ])("reads message %i of the list", (id, text) => {
    expect(htmlToText(new Map(listed()).get(id) ?? "", { origin })).toBe(text);
  });

  it.each([
    [44424796, "@gemmy start tag [design] 182583 chat.stackoverflow.com/rooms/182583/…"],
    [44424797, "@Rob Cannot start burnination of tag [design]: Cannot fetch questions with tag"],
    [44424810, "I think it has to be without square brackets"],
  ])("reads message %i of the transcript", (id, text) => {
    expect(htmlToText(new Map(transcribed()).get(id) ?? `no message ${id}`)).toBe(text);
  });

  it("reads the blocks of the transcript line by line", () => {
    const texts = transcribed()
      .filter(([, html]) => /^<(?:div|pre) class='/.test(html))
      .map(([, html]) => htmlToText(html));
    expect(texts.map((text) => [text.split("\n").length, text.length])).toEqual([
      [6, 597],
      [2, 77],
      [2, 73],
      [3, 596],
    ]);
    expect(texts[0]).toMatch(
      /^LEASE\.jar!\/:4\.3\.8\.RELEASE\]\n\tat fr\.tunaki\..*start\(<generated>\) ~\[classes!\/:1\.0\.1\]\n/,
    );
    expect(texts[1]).toBe("      - STACKEXCHANGE_API_PAGE_SIZE=90\n      - STACKEXCHANGE_API_MAX_PAGE=215");
    expect(texts[2]).toBe("Creating gemmy_burnaki_1    ... done\nCreating gemmy_burnaki-db_1 ... done");
    expect(texts[3]).toMatch(
      /tag \[design\]\n2018-10-30 .*':44425007 Burnination of tag \\\[design\\\] correctly started!/s,
    );
  });

  it("writes 97 of the 98 contents of the list as markdown that renders to the very same HTML", () => {
    const all = listed();
    // The server's own onebox of a message, as the local server would give it.
    const oneboxes = new Map(
      all.filter(([, html]) => isOnebox(html)).map(([, html]) => [htmlToText(html, { origin }), html]),
    );
    const onebox = (url: string): string | null => oneboxes.get(url) ?? null;
    const different = all.filter(([, html]) => renderMarkdown(htmlToMarkdown(html, { origin }), { onebox }) !== html);
    expect(all.length).toBe(98);
    // 41295325: a bare URL that the live server did not link, against protocol.md §7.1.7 and other recordings.
    expect(different.map(([id]) => id)).toEqual([41295325]);
  });

  it("does the same for the transcript, but for what pages add and cuts", () => {
    const all = transcribed();
    const different = all.filter(([, html]) => renderMarkdown(htmlToMarkdown(html)) !== html);
    const reasons = different.map(([, html]) =>
      isPartial(html) ? "cut" : html.includes("mention") ? "mention" : html,
    );
    expect(all.length).toBe(103);
    expect(reasons).toEqual(["cut", "cut", "mention", "mention"]);
  });

  it("reads the picture onebox and renders it from its address", () => {
    const frame = JSON.parse(read("jamessobot/ws_1_image_onebox.json")) as { r1: { e: readonly Recorded[] } };
    const html = frame.r1.e[0]?.content ?? "";
    expect(htmlToText(html)).toBe("//i.stack.imgur.com/6x6tw.png");
    expect(renderMarkdown(htmlToMarkdown(html))).toBe(html);
  });

  it("reads every kind of onebox as its first address", () => {
    const contents = JSON.parse(read("oneboxes/onebox_contents.json")) as Record<string, string>;
    expect(Object.values(contents).map((html) => htmlToText(html, { origin }))).toEqual([
      "https://xkcd.com/2797",
      "//i.stack.imgur.com/6x6tw.png",
      "https://chat.stackexchange.com/transcript/message/41277246#41277246",
      "https://www.youtube.com/watch?v=ID",
      "//stackoverflow.com/questions/1/slug",
    ]);
  });

  it("reads a room description, and writes its shortened links bare", () => {
    const room = JSON.parse(read("jamessobot/rooms_thumbs_17.json")) as { description: string };
    expect(htmlToText(room.description)).toMatch(
      /^Topic: JavaScript, ECMAScript\. Read this: javascriptroom\.github\.io\/rules\. .*: sopython\.com\/wiki\/…$/,
    );
    expect(htmlToMarkdown(room.description)).toContain(
      "https://sopython.com/wiki/An_Illustrated_Guide_To_Formatting_Code_In_Chat",
    );
    expect(renderMarkdown(htmlToMarkdown(room.description))).toBe(room.description);
  });
});
