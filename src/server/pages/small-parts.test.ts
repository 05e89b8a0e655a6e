import { describe, expect, it } from "vitest";
import { queryOf, slugOf, transcriptPath, userPath } from "../paths.js";
import { pager } from "./pager.js";
import { ago, agoInWords, clockLabel, dateLabel, daysBetween, hourLabel, isoTime, shortNumber } from "./times.js";

describe("slugOf", () => {
  it.each([
    ["Sandbox", "sandbox"],
    ["The Ministry of Silly Hats", "the-ministry-of-silly-hats"],
    ["4b0's room", "4b0s-room"],
    ["Jérôme  Ünü_x.y/z\\w,v - q", "jerome-unu-x-y-z-w-v-q"],
    ["(((what)))--", "what"],
    ["漢字", ""],
    ["<script>", "script"],
    ["-_-", ""],
  ])("turns %j into %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it("limits the slug to 80 characters and does not end it with a dash", () => {
    expect(slugOf("a".repeat(200))).toHaveLength(80);
    expect(slugOf(`${"a".repeat(79)} b`)).toBe("a".repeat(79));
  });
});

describe("paths", () => {
  it("omit the slug if it is empty", () => {
    expect(userPath(-2, "漢字")).toBe("/users/-2");
    expect(userPath(1, "Jeff Atwood")).toBe("/users/1/jeff-atwood");
  });

  it("have transcript dates without leading zeros", () => {
    expect(transcriptPath(1, "2018-03-05")).toBe("/transcript/1/2018/3/5");
    expect(transcriptPath(1, "2018-10-30", { from: 13, to: 24 })).toBe("/transcript/1/2018/10/30/13-24");
  });

  it("replace a lone surrogate in a query and omit unset values", () => {
    expect(queryOf({ q: "a&b\ud800", room: null, user: undefined, filter: "", page: 2 })).toBe(
      "?q=a%26b%EF%BF%BD&page=2",
    );
  });
});

describe("times", () => {
  const now = 1_540_731_767;

  it.each([
    [null, "n/a"],
    [now, "just now"],
    [now + 50, "just now"],
    [now - 14, "14s ago"],
    [now - 49 * 60, "49m ago"],
    [now - 6 * 3600, "6h ago"],
    [now - 37 * 86_400, "37d ago"],
    [now - 800 * 86_400, "2y ago"],
  ])("formats %j as %s", (then, text) => {
    expect(ago(then, now)).toBe(text);
  });

  it("formats ages in words for the room info page", () => {
    expect(agoInWords(now - 18 * 60, now)).toBe("18 minutes ago");
    expect(agoInWords(now - 3600, now)).toBe("1 hour ago");
    expect(agoInWords(null, now)).toBe("n/a");
  });

  it("formats midnight and noon as 12", () => {
    const day = Date.UTC(2018, 9, 30) / 1000;
    expect(clockLabel(day)).toBe("12:00 AM");
    expect(clockLabel(day + 12 * 3600 + 360)).toBe("12:06 PM");
    expect(clockLabel(day + 22 * 3600 + 120)).toBe("10:02 PM");
    expect(dateLabel(day)).toBe("Oct 30, 2018 12:00 AM");
    expect(isoTime(day + 3)).toBe("2018-10-30 00:00:03Z");
    expect(hourLabel(24)).toBe("00:00");
    expect(daysBetween("2018-03-30", "2018-10-30")).toBe(214);
  });

  it.each([
    [7, "7"],
    [999, "999"],
    [1000, "1k"],
    [1834, "1.8k"],
    [57_420, "57.4k"],
    [99_990, "99.9k"],
    [240_498, "240k"],
    [999_999, "999k"],
    [1_234_567, "1.2m"],
  ])("shortens %d to %s", (count, text) => {
    expect(shortNumber(count)).toBe(text);
  });
});

describe("pager", () => {
  const texts = (current: number, count: number): string[] =>
    [
      ...String(pager(current, count, (page) => `?page=${page}`)).matchAll(/class="page-numbers[^>]*>\s*([^<\s]+)/g),
    ].map((match) => match[1] ?? "");

  it("renders nothing for a single page", () => {
    expect(pager(1, 1, String)).toBe("");
  });

  it("links the first pages, the last one and the next one, as recorded", () => {
    expect(texts(1, 32)).toEqual(["1", "2", "3", "4", "5", "&hellip;", "32", "next"]);
  });

  it("links the adjacent pages in the middle, without a gap between consecutive pages", () => {
    expect(texts(9, 32)).toEqual(["prev", "1", "&hellip;", "7", "8", "9", "10", "11", "&hellip;", "32", "next"]);
    expect(texts(3, 3)).toEqual(["prev", "1", "2", "3"]);
  });
});
