import { describe, expect, it } from "vitest";
import { scrubHtml } from "./html.js";
import { scrubLabel, scrubMarkdown, scrubText } from "./plain.js";
import { KeyedPseudonyms } from "./pseudonyms.js";
import { Scrubber } from "./scrubber.js";
import { scrubUrl } from "./url.js";
import { isCodeName } from "./vocabulary.js";

const pseudonyms = (seed = 1): KeyedPseudonyms => new KeyedPseudonyms(new Uint8Array(32).fill(seed));

/** The properties of a text that must not change. */
const shape = (text: string): string =>
  text
    .replace(/\p{Lu}/gu, "A")
    .replace(/\p{L}/gu, "a")
    .replace(/\p{N}/gu, "0")
    .replace(/\p{M}/gu, "'");

describe("scrubText", () => {
  it.each([
    "Hello, World! 3 apples.",
    "  two  spaces\tand\nlines ",
    "**bold** `code` ~~no~~ [a](b)",
    "Zoë Ærøskøbing ΑΒΓ абв",
    "שלום עליכם مرحبا بكم",
    "日本語 한국어 ไทย",
    "𝓐𝓑𝓒 x² ① ½",
  ])("keeps its length and shape: %s", (text) => {
    const scrubbed = scrubText(text, pseudonyms());
    expect(scrubbed).not.toBe(text);
    expect(scrubbed.length).toBe(text.length);
    expect(shape(scrubbed)).toBe(shape(text));
  });

  it("keeps the text direction and the kind of emoji", () => {
    expect(scrubText("שלום", pseudonyms())).toMatch(/^\p{Script=Hebrew}{4}$/u);
    expect(scrubText("🦑", pseudonyms())).toMatch(/^\p{Extended_Pictographic}$/u);
    expect(scrubText("\ud83d x \udc00", pseudonyms())).toHaveLength(5);
  });

  it("replaces a word consistently in any case, and differently with another key", () => {
    const [one, two, three] = scrubText("alice ALICE Alice", pseudonyms()).split(" ");
    expect([two, three].map((word) => word?.toLowerCase())).toEqual([one, one]);
    expect(scrubText("alice", pseudonyms(2))).not.toBe(one);
  });

  it("keeps the message id of a reply prefix", () => {
    expect(scrubMarkdown(":12345 hi 678", pseudonyms())).toMatch(/^:12345 [a-z]{2} \d{3}$/);
  });
});

describe("the site's own words", () => {
  it("are kept in labels and replaced in names and user text", () => {
    expect(scrubLabel("previous day", pseudonyms())).toBe("previous day");
    expect(scrubLabel("You can perform this action again in 3 seconds.", pseudonyms())).toContain(
      "again in 3 seconds.",
    );
    expect(scrubText("previous day", pseudonyms())).not.toMatch(/previous|day/);
    const page = '<div class="username"><a href="/users/12/room">room</a></div><h2>History</h2><b>History lesson</b>';
    const scrubbed = scrubHtml(page, pseudonyms());
    expect(scrubbed).toContain("<h2>History</h2>");
    expect(scrubbed).not.toMatch(/>room<|\/room"|lesson/);
  });

  it("are kept in a label with user text in it", () => {
    expect(scrubLabel("Alice: 6h ago, 31580 posts (1%)", pseudonyms())).toMatch(
      /^[A-Z][a-z]{4}: 6h ago, 31580 posts \(1%\)$/,
    );
    expect(scrubLabel("Sandbox | chat.stackexchange.com", pseudonyms())).toMatch(
      /^[A-Z][a-z]{6} \| chat\.stackexchange\.com$/,
    );
  });

  it("are what classes, keys and paths consist of", () => {
    for (const name of ["message-info-container", "js-present", "msgCount", "event_type", "room-message-count-xxl"])
      expect([name, isCodeName(name)]).toEqual([name, true]);
    for (const name of ["alice", "user-alice", "message_from_alice", "constructor"])
      expect([name, isCodeName(name)]).toEqual([name, false]);
  });
});

describe("scrubUrl", () => {
  it("keeps the path of the site's URLs, and the ids of rooms and messages", () => {
    const scrubbed = scrubUrl("/rooms/17/my-room", pseudonyms());
    expect(scrubbed).toMatch(/^\/rooms\/17\/[a-z]{2}-[a-z]{4}$/);
    expect(scrubbed).not.toContain("my-room");
    expect(scrubUrl("/transcript/1/2018/3/30/0-24?m=5#5", pseudonyms())).toBe("/transcript/1/2018/3/30/0-24?m=5#5");
    expect(scrubUrl("https://chat.stackexchange.com/users/1234/bob?tab=recent", pseudonyms())).toMatch(
      /^https:\/\/chat\.stackexchange\.com\/users\/(?!1234)\d{4}\/(?!bob)[a-z]{3}\?tab=recent$/,
    );
  });

  it("keeps only the scheme and the shape of other URLs", () => {
    expect(scrubUrl("https://alice.example.com/cats/1.png?who=bob", pseudonyms())).toMatch(
      /^https:\/\/(?!alice)[a-z]{5}\.(?!example)[a-z]{7}\.com\/(?!cats)[a-z]{4}\/\d\.[a-z]{3}\?[a-z]{3}=[a-z]{3}$/,
    );
  });
});

describe("user ids", () => {
  it("map one to one to ids with as many digits, except those of system users", () => {
    const mine = pseudonyms();
    const ids = Array.from({ length: 900 }, (_, index) => String(index + 100));
    const replaced = ids.map((id) => mine.userId(id));
    expect(new Set(replaced).size).toBe(900);
    expect(replaced.every((id) => /^[1-9]\d\d$/.test(id))).toBe(true);
    const frame = new Scrubber(mine).frame(
      '{"r1":{"e":[{"id":7,"user_id":-2,"room_id":5,"message_id":9,"target_user_id":1234}]}}',
    );
    expect(frame).toMatch(
      /^\{"r1":\{"e":\[\{"id":7,"user_id":-2,"room_id":5,"message_id":9,"target_user_id":(?!1234)\d{4}\}\]\}\}$/,
    );
  });
});

describe("any input", () => {
  it.each([
    "<".repeat(20_000),
    "<div ".repeat(20_000),
    "&".repeat(40_000),
    '"\\'.repeat(20_000),
    "{[(".repeat(20_000),
    "</a>".repeat(20_000),
    "<p>".repeat(20_000),
    "%F0%9".repeat(20_000),
    "https://".repeat(8_000),
    "a: ".repeat(20_000),
    "\ud800".repeat(20_000),
    "/*".repeat(20_000),
    `<script>${"'".repeat(30_001)}`,
  ])("is scrubbed in a single pass without failing (%#)", (text) => {
    const scrubber = new Scrubber(pseudonyms());
    const headers = { "content-type": "text/html" };
    // Quadratic work would take minutes and time the test out.
    expect(scrubber.frame(text)).toBeTypeOf("string");
    scrubber.answer(
      { method: "GET", url: "https://chat.stackexchange.com/rooms/1" },
      { status: 200, headers, body: text },
    );
    scrubber.answer({ method: "GET", url: "/messages/1/2" }, { status: 200, headers: {}, body: text });
    scrubber.address(text);
  });
});
