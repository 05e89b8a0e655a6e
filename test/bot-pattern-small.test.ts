/** The small parts of commands: durations, dates, the name of a command, and the name that a misspelled one may mean. */
// cspell:ignore caat qutoes remnid rlol rolll statsu
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  durationMs,
  formatDuration,
  nearest,
  parseDate,
  parseDuration,
  splitCommand,
} from "../src/bot/pattern/index.js";
import { slowdown } from "../src/protocol/growth.test-support.js";
import { codeUnit } from "./bot-pattern-support.js";

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30 * SECOND],
    ["10m", 10 * MINUTE],
    ["6h", 6 * HOUR],
    ["2d", 2 * DAY],
    ["1w", 7 * DAY],
    ["1h30m", 90 * MINUTE],
    ["1h 30m 5s", 90 * MINUTE + 5 * SECOND],
    ["1.5 hours", 90 * MINUTE],
    [" 2 Days 4 hours ", 52 * HOUR],
    ["1 min", MINUTE],
    ["0s", 0],
  ])("reads %j", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", " ", "10", "m", "10x", "1m1h", "1m 2m", "-5m", "10m!", "1,5h", "1.h", "9999999999999999999999d", "١m"])(
    "does not read %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("durationMs", () => {
  it.each([
    [600_000, 600_000],
    ["10m", 600_000],
    [0, 0],
  ])("returns %j in milliseconds", (value, ms) => {
    expect(durationMs("every", value)).toBe(ms);
  });

  it.each([
    ["10 parsecs", 'every must be a duration, such as "10m" or 600000 (milliseconds), not the string "10 parsecs"'],
    [-1, 'every must be a duration, such as "10m" or 600000 (milliseconds), not -1'],
    [Number.NaN, 'every must be a duration, such as "10m" or 600000 (milliseconds), not NaN'],
    [Number.POSITIVE_INFINITY, 'every must be a duration, such as "10m" or 600000 (milliseconds), not Infinity'],
    [undefined, 'every must be a duration, such as "10m" or 600000 (milliseconds), not undefined'],
  ])("refuses %j by the name of the option", (value, message) => {
    expect(() => durationMs("every", value)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT", message }));
  });

  it("refuses a duration that is too short for the option", () => {
    expect(durationMs("every", "1m", MINUTE)).toBe(MINUTE);
    expect(() => durationMs("every", "59s", MINUTE)).toThrow("every must be a duration of at least 1m");
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [-5, "0s"],
    [Number.NaN, "0s"],
    [0.2, "0s"],
    [1, "1ms"],
    [999.6, "1s"],
    [45_400, "45s"],
    [90 * SECOND, "1m 30s"],
    [90 * MINUTE, "1h 30m"],
    [90 * MINUTE + 29 * SECOND, "1h 30m"],
    [59 * MINUTE + 59.6 * SECOND, "1h"],
    [DAY - 1, "1d"],
    [52 * HOUR, "2d 4h"],
    [400 * DAY, "400d"],
    [Number.POSITIVE_INFINITY, "forever"],
  ])("shows %j as %j", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it("shows a duration so that parseDuration reads it back, up to rounding", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 1e13, noNaN: true }), (ms) => {
        const again = parseDuration(formatDuration(ms)) ?? Number.NaN;
        expect(Math.abs(again - ms)).toBeLessThanOrEqual(ms < SECOND ? 0.5 : Math.max(SECOND / 2, ms / 45));
        expect(formatDuration(again)).toBe(formatDuration(ms));
      }),
    );
  });
});

describe("parseDate", () => {
  const now = Date.UTC(2026, 1, 28, 15, 30);

  it.each([
    ["2026-03-01", "2026-03-01T00:00:00.000Z"],
    ["2026-03-01 14:00", "2026-03-01T14:00:00.000Z"],
    ["2026-03-01T14:00:05.25Z", "2026-03-01T14:00:05.250Z"],
    ["2026-03-01T14:00:00+02:00", "2026-03-01T12:00:00.000Z"],
    ["2026-03-01 14:00 -0130", "2026-03-01T15:30:00.000Z"],
    ["1 March 2026", "2026-03-01T00:00:00.000Z"],
    ["Mar 1, 2026 at 2pm", "2026-03-01T14:00:00.000Z"],
    ["1 mar 2026 12:15 am UTC", "2026-03-01T00:15:00.000Z"],
    ["29 February 2028", "2028-02-29T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z"],
    ["now", "2026-02-28T15:30:00.000Z"],
    ["Today", "2026-02-28T00:00:00.000Z"],
    ["tomorrow", "2026-03-01T00:00:00.000Z"],
    ["yesterday at 9:05", "2026-02-27T09:05:00.000Z"],
    ["tomorrow 10am", "2026-03-01T10:00:00.000Z"],
    ["in 2h", "2026-02-28T17:30:00.000Z"],
    ["in 1 day 30 minutes", "2026-03-01T16:00:00.000Z"],
    ["2 days ago", "2026-02-26T15:30:00.000Z"],
  ])("reads %j", (text, iso) => {
    expect(parseDate(text, now)?.toISOString()).toBe(iso);
  });

  it.each([
    ["", "nothing"],
    ["03/04/2026", "a day or a month first"],
    ["monday", "the last or the next one"],
    ["14:00", "past or future"],
    ["1 March", "no year"],
    ["tomorrow 10", "an hour or a day"],
    ["tomorrow 14:00 pm", "two halves of the day"],
    ["tomorrow 13pm", "no such hour"],
    ["tomorrow 24:00", "no such hour"],
    ["tomorrow 10:60", "no such minute"],
    ["tomorrow 10:00 CET", "a zone by name"],
    ["tomorrow's", "another word"],
    ["2026-02-29", "no such day"],
    ["2026-13-01", "no such month"],
    ["2026-03-0114:00", "no space"],
    ["31 April 2026", "no such day"],
    ["1 Marc 2026", "no such month"],
    ["1 March 20266", "no such year"],
    ["in 2", "no unit"],
    ["in", "no duration"],
    ["ago", "no duration"],
    ["in 9999999999999d", "beyond all dates"],
    ["in 300000000d", "beyond all dates"],
  ])("does not read %j: %s", (text) => {
    expect(parseDate(text, now)).toBeUndefined();
  });

  it("reads every date back from its ISO form", () => {
    const date = fc.date({
      min: new Date("0000-01-01"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (value) => {
        expect(parseDate(value.toISOString(), 0)?.toISOString()).toBe(value.toISOString());
      }),
    );
  });

  it("never throws, and never returns an invalid date", () => {
    const part = fc.constantFrom(
      "in ",
      "ago",
      "5",
      "h",
      ":",
      " at ",
      "pm",
      "march",
      "2026-",
      "t",
      "tomorrow",
      "+02:00",
    );
    const text = fc.oneof(
      fc.string({ unit: codeUnit }),
      fc.array(part).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, fc.double(), (written, at) => {
        expect(parseDate(written, at)?.getTime()).not.toBeNaN();
        expect(parseDuration(written)).not.toBeNaN();
      }),
    );
  });
});

describe("splitCommand", () => {
  it.each([
    ["roll", "roll", ""],
    ["  Roll  20 ", "roll", " 20"],
    ["roll 2 **d** 6", "roll", "2 **d** 6"],
    ["say a\nb\n\n  c", "say", "a\nb\n\n  c"],
    ["say\r\na", "say", "\na"],
    ["eval\n    if x:\n        y\n", "eval", "\n    if x:\n        y"],
    ["ÉTÉ x", "été", "x"],
    ["e\u0301te\u0301", "été", ""],
    ["!?", "!?", ""],
  ])("splits %j into the name %j and the rest %j", (text, name, rest) => {
    expect(splitCommand(text)).toEqual({ name, rest });
  });

  it.each(["", "  ", "\n\t"])("finds no command in %j", (text) => {
    expect(splitCommand(text)).toBeUndefined();
  });
});

describe("nearest", () => {
  const names = ["roll", "remind", "quote", "on", "status"];

  it.each([
    ["rol", "roll"],
    ["rolll", "roll"],
    ["rlol", "roll"],
    ["ROLL", "roll"],
    ["remnid", "remind"],
    ["qutoes", "quote"],
    ["no", "on"],
    ["statsu", "status"],
  ])("suggests for %j the name %j", (name, suggestion) => {
    expect(nearest(name, names)).toBe(suggestion);
  });

  it.each(["", "x", "off", "dice", "remains5", "roll".repeat(100_000)])("suggests nothing for %j", (name) => {
    expect(nearest(name, names)).toBeUndefined();
  });

  it("prefers fewer slips, then the earlier name", () => {
    expect(nearest("caat", ["coats", "cat", "coat"])).toBe("cat");
    expect(nearest("bat", ["rat", "cat"])).toBe("rat");
  });

  it("does not compare long names letter by letter", () => {
    expect(nearest("a".repeat(300_000), ["a".repeat(299_999)])).toBeUndefined();
    expect(nearest("roll", ["a".repeat(300_000), "rol"])).toBe("rol");
  });
});

test("splitting takes linear time", () => {
  const work = (size: number) => {
    const text = `${" \n".repeat(size)}x${" \n".repeat(size)}y`;
    return { size, run: () => void splitCommand(text) };
  };
  expect(slowdown(work(20_000), work(320_000))).toBeLessThan(4);
});
