// A transcript page parsed whole: our parser, cheerio for the same values, and a bare tokenizer pass as the floor.
import { existsSync, readFileSync } from "node:fs";
import { htmlToText, parseTranscriptPage } from "chatexchange-ts/protocol";
import { ChatServer } from "chatexchange-ts/server";
import { load } from "cheerio";
import { Parser } from "htmlparser2";
import { compare } from "./measure.mjs";

const recorded = new URL("../../shared/fixtures/samliew/mocks/transcript.html", import.meta.url);

/** The recorded page where it is at hand, else one of our own of about the same size. */
async function page() {
  if (existsSync(recorded)) return { name: "the recorded transcript page", html: readFileSync(recorded, "utf8") };
  const server = await ChatServer.start({ world: "empty" });
  const people = ["Ann", "Ben", "Cleo"].map((name) => server.site.addUser({ name }));
  for (let n = 0; n < 103; n++) people[n % 3].in(1).says(`Message **${n}**: see \`code\` and https://example.com/${n}`);
  const html = await (await fetch(`${server.url}/transcript/1`)).text();
  await server.close();
  return { name: "a transcript page of our own (the recorded one is not at hand)", html };
}

function byCheerio(html) {
  const $ = load(html);
  const id = (text) => Number(/(\d+)\D*$/.exec(text ?? "")?.[1] ?? Number.NaN);
  const messages = [];
  let label = null;
  $("#transcript .monologue").each((_, monologue) => {
    const group = $(monologue);
    const user = Number(/user-(-?\d+)/.exec(group.attr("class"))[1]);
    const name = group.find(".username a").attr("title") ?? group.find(".username").text().trim();
    group
      .find(".messages")
      .children()
      .each((_, part) => {
        const node = $(part);
        if (node.hasClass("timestamp")) label = node.text().trim();
        if (!node.hasClass("message")) return;
        const deleted = node.find(".content .deleted").length > 0;
        messages.push({
          id: id(node.attr("id")),
          userId: user,
          userName: name,
          content: deleted ? null : node.find(".content").html().trim(),
          replyTo: id(node.find("a.reply-info").attr("href")) || null,
          edited: node.find(".action-link").hasClass("edits"),
          stars: Number(node.find(".stars .times").text() || (node.find(".stars").length ? 1 : 0)),
          highlighted: node.hasClass("highlight"),
          mine: group.hasClass("mine"),
          label,
        });
        label = null;
      });
  });
  return {
    day: $("link[rel=canonical]").attr("href"),
    room: $("#info .room-name a").text(),
    tags: $("#info a.tag")
      .map((_, tag) => $(tag).text())
      .get(),
    days: $("#main > a[href^='/transcript']")
      .map((_, link) => $(link).attr("title"))
      .get(),
    pages: $(".pager a")
      .map((_, link) => $(link).attr("href"))
      .get(),
    fkey: $("input#fkey").attr("value"),
    messages,
  };
}

function tokens(html) {
  let count = 0;
  const parser = new Parser({ onopentag: () => count++, ontext: () => count++ });
  parser.end(html);
  return count;
}

const { name, html } = await page();
const [ours, theirs] = [parseTranscriptPage(html), byCheerio(html)];
const same = ours.messages.every((message, at) => {
  const other = theirs.messages[at];
  return (
    message.id === other.id &&
    message.userId === other.userId &&
    message.userName === other.userName &&
    message.replyTo === other.replyTo &&
    message.edited === other.edited &&
    message.timeLabel === other.label &&
    htmlToText(message.contentHtml ?? "") === htmlToText(other.content ?? "")
  );
});
if (!same || ours.messages.length !== theirs.messages.length) throw new Error("the two do not extract the same values");

console.log(
  `${name}, ${Math.round(html.length / 1000)} kB, ${ours.messages.length} messages, the same values from both`,
);
compare({
  "chatexchange-ts": () => parseTranscriptPage(html),
  cheerio: () => byCheerio(html),
  "bare tokenizer": () => tokens(html),
});
