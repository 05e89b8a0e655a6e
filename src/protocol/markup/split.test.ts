/** Splitting long texts: exact parts. */
import { describe, expect, it } from "vitest";
import { failureOf } from "./failure-of.test-support.js";
import { type SplitOptions, splitMessage } from "./split.js";

const words = (count: number, word = "word"): string => Array.from({ length: count }, () => word).join(" ");
const lengths = (parts: readonly string[]): number[] => parts.map((part) => part.length);
const at50 = (text: string): string[] => splitMessage(text, { limit: 50 });

describe("splitMessage", () => {
  it("leaves a text within the limit unchanged", () => {
    for (const text of ["a", " a ", "**a** `b`\n", "a".repeat(500), `${"a\n".repeat(250)}`, words(100)]) {
      expect(splitMessage(text)).toEqual([text]);
      expect(splitMessage(text, { mode: "lines" })).toEqual([text]);
    }
  });

  it("cuts at white space, as late as possible", () => {
    expect(lengths(splitMessage(words(250)))).toEqual([499, 499, 249]);
    expect(at50(`${"a".repeat(45)} bbbb ccccc`)).toEqual([`${"a".repeat(45)} bbbb`, "ccccc"]);
    expect(at50(`${"a".repeat(45)} bbbbb   ccccc`)).toEqual(["a".repeat(45), "bbbbb   ccccc"]);
    expect(splitMessage(`${"a".repeat(500)} ${"b".repeat(500)}`)).toEqual(["a".repeat(500), "b".repeat(500)]);
  });

  it("leaves room for a reply prefix in the first part only", () => {
    expect(lengths(splitMessage(words(250), { replyPrefixLength: 11 }))).toEqual([489, 499, 259]);
    expect(splitMessage("a".repeat(495), { replyPrefixLength: 5 })).toHaveLength(1);
    expect(splitMessage(words(99), { replyPrefixLength: 11 })).toHaveLength(2);
  });

  it("keeps a reply prefix of the text itself in the first part", () => {
    const parts = splitMessage(`:123456 ${words(200)}`);
    expect(parts[0]).toMatch(/^:123456 word/);
    expect(parts[1]).toMatch(/^word/);
    expect(lengths(parts)[0]).toBeLessThanOrEqual(500);
  });

  it("never cuts inside links, tags, URLs, code or emphasis", () => {
    const filler = "0123456789 0123456789 0123456789 01234";
    for (const piece of [
      "[the text](http://a.b/c)",
      "https://a.b/c-d-e-f-g-h",
      "`some code here`",
      "**bold as that is**",
      "*slanted as it is*",
      "_slanted as it is_",
      "---no longer so---",
      "***both of them so***",
      "[tag:some-long-tag-x]",
      "[meta-tag:some-tag-x]",
      "(**in parentheses**),",
    ]) {
      expect(at50(`${filler} ${piece} x`)).toEqual([filler, `${piece} x`]);
    }
  });

  it("closes and reopens emphasis that is too long for a part", () => {
    expect(at50(`x **${words(20)}** y`)).toEqual(["x", `**${words(9)}**`, `**${words(9)}**`, "**word word** y"]);
    expect(at50(`*${words(11)} **bold bold** ${words(6)}*`)).toEqual([
      `*${words(9)}*`,
      `*${words(2)} **bold bold** ${words(5)}*`,
      "*word*",
    ]);
    expect(at50(`*${words(9)} **bold ${words(5)}** end*`)).toEqual([`*${words(9)}*`, `_**bold ${words(5)}** end_`]);
    expect(at50(`---${words(15)}---`)).toEqual([`---${words(8)}---`, `---${words(7)}---`]);
  });

  it("closes and reopens code that is too long for a part", () => {
    expect(at50(`\`${words(12)}\``)).toEqual([`\`${words(9)}\``, `\`${words(3)}\``]);
    expect(at50(`\`\`a\`b ${words(12)}\`\``)).toEqual([`\`\`a\`b ${words(8)}\`\``, `\`${words(4)}\``]);
    expect(splitMessage(`\`${"x".repeat(600)}\``).every((part) => /^`x+`$/.test(part))).toBe(true);
  });

  it("cuts a word that is too long between graphemes", () => {
    expect(lengths(splitMessage("a".repeat(1200)))).toEqual([500, 500, 200]);
    const family = "👨‍👩‍👧‍👦";
    for (const cluster of [family, "é", "🇩🇪", "👍🏽", "😀"]) {
      const parts = splitMessage(cluster.repeat(700));
      expect(parts.join("")).toBe(cluster.repeat(700));
      for (const part of parts) expect(part.length % cluster.length).toBe(0);
    }
    const tower = `a${"\u0301".repeat(1200)}`;
    expect(splitMessage(tower).join("")).toBe(tower);
  });

  it("never cuts between a backslash and the character it escapes", () => {
    for (let shift = 0; shift < 3; shift += 1) {
      const text = "a".repeat(shift) + "\\*".repeat(400);
      const parts = splitMessage(text);
      expect(parts.join("")).toBe(text);
      for (const part of parts) expect(part.replace(/^a+/, "")).toMatch(/^(?:\\\*)+$/);
    }
  });

  it("rewrites a part whose marks would pair up differently on their own", () => {
    expect(at50(`*${words(9)} *xxxx y* ${words(10)}`)).toEqual([`*${words(9)}*`, `_*xxxx y_ ${words(8)}`, words(2)]);
  });

  it("keeps a part from becoming a reply, a quote, fixed-width text, a ruler or a onebox", () => {
    const long = "a".repeat(49);
    expect(at50(`${long} :123 ${words(3)}`)[1]).toBe(`\u2060:123 ${words(3)}`);
    expect(at50(`${long} > ${words(3)}`)[1]).toBe(`\u2060> ${words(3)}`);
    expect(at50(`${long}     ${words(3)}`)[1]).toBe(words(3));
    expect(at50(`${long} --- ${long}`)[1]).toBe("\u2060---");
    expect(at50(`${long} https://a.b/c.png`)[1]).toBe("https://a.b/c.png \u2060");
    expect(at50(`${long} [a b](https://a.b/c.png)`)[1]).toBe("\u2060[a b](https://a.b/c.png)");
    expect(at50(`${long} //a.b/c.png`)[1]).toBe("\u2060//a.b/c.png");
  });

  it("continues a quote in every part", () => {
    expect(at50(`> ${words(12)}`)).toEqual([`> ${words(9)}`, `> ${words(3)}`]);
  });

  it("continues fixed-width text in every part", () => {
    const parts = at50(`    ${words(14)}`);
    expect(parts).toEqual([`    ${words(8)}`, `    ${words(6)}`]);
  });

  it("names the link that does not fit", () => {
    const url = `https://a.b/${"c".repeat(600)}`;
    expect(failureOf(() => splitMessage(`see [this](${url}) x`))).toMatch(
      /^TOO_LONG: the link \[this\]\(https:\/\/a.b\/c+… has 620 characters and cannot be split into parts of 500$/,
    );
    expect(failureOf(() => splitMessage(`see ${url}`))).toMatch(/^TOO_LONG: the address https:/);
    expect(failureOf(() => splitMessage(`see [this](${url}) x`, { mode: "lines" }))).toMatch(/^TOO_LONG: the link/);
    expect(splitMessage(`see ${url} x`, { mode: "lines" })).toEqual(["see", `\n${url}`, "x"]);
    expect(splitMessage(`a\nsee ${url} x`, { mode: "lines" })).toEqual(["a", "see", `\n${url}`, "x"]);
  });

  it("rejects invalid arguments", () => {
    expect(failureOf(() => splitMessage(" \n "))).toMatch(/^EMPTY/);
    expect(failureOf(() => splitMessage("a", { limit: 10 }))).toBe(
      "BAD_ARGUMENT: limit must be a whole number of at least 50, not 10",
    );
    expect(failureOf(() => splitMessage("a", { replyPrefixLength: 480 }))).toMatch(/from 0 to 475, not 480/);
    expect(failureOf(() => splitMessage("a", { mode: "none" } as object))).toMatch(/"words" or "lines", not "none"/);
    expect(failureOf(() => splitMessage("a", { Limit: 10 } as object))).toMatch(/no option "Limit"/);
    expect(failureOf(() => splitMessage(null as unknown as string))).toMatch(/^BAD_ARGUMENT/);
  });
});

describe("splitMessage of several lines", () => {
  const at = (text: string, more: SplitOptions = {}): string[] =>
    splitMessage(text, { mode: "lines", limit: 50, ...more });

  it("leaves them whole in the mode words, because the server has no limit for them", () => {
    const text = `${words(60)}\n${words(60)}`;
    expect(splitMessage(text)).toEqual([text]);
    expect(splitMessage(`\n${words(120)}`)).toEqual([`\n${words(120)}`]);
    expect(splitMessage(`${words(120)}\n`)).toHaveLength(2);
  });

  it("cuts at line ends", () => {
    expect(at(`${words(4)}\n${words(4)}\n\n${words(4)}\r\nx`)).toEqual([`${words(4)}\n${words(4)}`, `${words(4)}\nx`]);
    expect(at(`${words(6)}\n\n\n${words(4)}\n${words(4)}`)).toEqual([words(6), `${words(4)}\n${words(4)}`]);
  });

  it("cuts a longer line at white space, and lets the next lines join its last piece", () => {
    expect(at(`a\n${words(12)}\nb`)).toEqual(["a", words(9), `${words(3)}\nb`]);
  });

  it("keeps a part with one line free of markup", () => {
    expect(at(`${words(9)}\n**b** ${words(7)}\n${words(5)}`)).toEqual([words(9), `\n**b** ${words(7)}`, words(5)]);
    expect(at(`:12 **b** ${words(7)}\n${words(9)}`)).toEqual([`:12 **b** ${words(7)}\n\u2060`, words(9)]);
  });

  it("keeps a part from becoming a quote, a reply or fixed-width text", () => {
    expect(at(`${words(9)}\n> ${words(5)}\nx`)[1]).toBe(`\u2060> ${words(5)}\nx`);
    expect(at(`${words(9)}\n:12 ${words(5)}\nx`)[1]).toBe(`\u2060:12 ${words(5)}\nx`);
    expect(at(`${words(9)}\n    ${words(5)}\n    x`)[1]).toBe(`${words(5)}\n    x`);
  });

  it("continues quotes and fixed-width text", () => {
    expect(at(`> ${words(9)}\n${words(9)}\n*x* yyy`)).toEqual([`> ${words(9)}`, `> ${words(9)}`, "\n> *x* yyy"]);
    expect(at(`    ${words(8)}\n\n      ${words(8)}\n    x`)).toEqual([
      `    ${words(8)}`,
      `      ${words(8)}`,
      "    x",
    ]);
    expect(at(`    a\n    ${words(12)}\n    b`)).toEqual(["    a", `    ${words(8)}`, `    ${words(4)}\n    b`]);
  });

  it("splits a long answer with links, a fixed-width block and a quote", () => {
    const answer = [
      `> ${words(30)} https://stackoverflow.com/questions/1/a-b-c ${words(40)}`,
      words(90),
      "    const a = 1;",
      words(120),
    ].join("\n");
    const parts = splitMessage(answer, { mode: "lines", replyPrefixLength: 11 });
    for (const part of parts) {
      expect(part).toMatch(/^> /);
      expect(part.length).toBeLessThanOrEqual(500);
    }
    expect(parts.filter((part) => part.includes("https://stackoverflow.com/questions/1/a-b-c"))).toHaveLength(1);
  });
});
