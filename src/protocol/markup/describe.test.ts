/** Classifies message HTML. */
import { describe, expect, it, test } from "vitest";
import { isFixedFont, isMultiline, isOnebox, isPartial, moveNotice } from "./describe.js";
import { renderMarkdown } from "./render.js";
import { splitReplyPrefix } from "./reply-prefix.js";

describe("the kind of a message", () => {
  it.each([
    ["plain", "hi", [false, false, false, false]],
    ["several lines", "a\nb", [true, false, false, false]],
    ["fixed font", "    a\n    b", [true, true, false, false]],
    ["one fixed line", "    a", [false, true, false, false]],
    ["cut lines", `a\n${"b ".repeat(400)}`, [true, false, true, false]],
    ["cut fixed font", `    a\n    ${"b ".repeat(400)}`, [true, true, true, false]],
    ["a picture", "http://a.b/c.png", [false, false, false, true]],
    ["typed HTML", "<div class='full'> <div class=\"onebox \">", [false, false, false, false]],
  ])("%s", (_, source, expected) => {
    const html = renderMarkdown(source);
    expect([isMultiline(html), isFixedFont(html), isPartial(html), isOnebox(html)]).toEqual(expected);
  });
});

test("a comment preview is a onebox, and a typed quote is not", () => {
  const link = '<a href="//x.y/q/2#comment3_2"><span class="relativetime" title="z">now</span></a>';
  expect(isOnebox(`<div class="quote">why? &mdash; <a href="//x.y/users/1">Ann</a> ${link}</div>`)).toBe(true);
  expect(isOnebox('<div class="quote">why? &mdash; <a href="//x.y/users/1">Ann</a></div>')).toBe(false);
  expect(isOnebox(renderMarkdown("> why? — [Ann](//x.y/users/1)"))).toBe(false);
});

describe("moveNotice", () => {
  it("reads both recorded notices", () => {
    const base = "http://chat.stackoverflow.com";
    expect(
      moveNotice(
        `&rarr; <i><a href="${base}/transcript/message/38258010#38258010">3 messages</a> moved to <a href="${base}/rooms/48058/trash">Trash</a></i>`,
      ),
    ).toEqual({ direction: "out", count: 3, roomId: 48058, roomName: "Trash" });
    expect(moveNotice(`&larr; <i>1 message moved from <a href="${base}/rooms/139">Ja &amp; ba</a></i>`)).toEqual({
      direction: "in",
      count: 1,
      roomId: 139,
      roomName: "Ja & ba",
    });
  });

  it.each([
    "hi",
    '&rarr; <i>3 messages moved from <a href="/rooms/1">a</a></i>',
    '&larr; <i>3 messages moved from <a href="/users/1">a</a></i>',
    `x &larr; <i>3 messages moved from <a href="/rooms/1">a</a></i>`,
    `&larr; <i>3 messages moved from <a ${'href="'.repeat(10_000)}`,
  ])("is null for %.60s", (html) => {
    expect(moveNotice(html)).toBeNull();
  });
});

describe("splitReplyPrefix", () => {
  it.each([
    [":123 hi", { replyTo: 123, text: "hi" }],
    [":123     code\nb", { replyTo: 123, text: "code\nb" }],
    [":123", { replyTo: null, text: ":123" }],
    [":123 ", { replyTo: null, text: ":123 " }],
    [":0 x", { replyTo: null, text: ":0 x" }],
    [":12a x", { replyTo: null, text: ":12a x" }],
    ["a :1 b", { replyTo: null, text: "a :1 b" }],
  ])("%j", (text, expected) => {
    expect(splitReplyPrefix(text)).toEqual(expected);
  });
});
