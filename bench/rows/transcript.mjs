import { htmlToText, parseTranscriptPage } from "chatexchange-ts/protocol";
import { load } from "cheerio";
import { Parser } from "htmlparser2";
import { bar } from "../support/bars.mjs";
import { byCheerio } from "../support/cheerio-transcript.mjs";
import { cpuMs, inTurn, median, medianRatio } from "../support/measure.mjs";
import { transcriptHtml } from "../support/recorded.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 60);

function tokens(html) {
  let count = 0;
  const parser = new Parser({ onopentag: () => count++, ontext: () => count++ });
  parser.end(html);
  return count;
}

function assertSame(html) {
  const [ours, theirs] = [parseTranscriptPage(html), byCheerio(load(html))];
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
  if (!same || ours.messages.length !== theirs.messages.length)
    throw new Error("the two do not extract the same values");
  return ours.messages.length;
}

export const row = {
  title: "Parsing a transcript page",
  about: `
The recorded page if it is at hand, otherwise one of the local server's of about the same size. cheerio extracts the same values, and the row fails if they
differ. The tokenizer is a bare pass of htmlparser2 that counts tags and texts: the floor for anything built on it. Times are CPU of the process; ${ROUNDS} rounds in turn.`,
  figures: {
    cheerio: {
      what: "a transcript page parsed whole",
      against: "cheerio",
      unit: "ms",
      ratioUnit: "x as fast",
      bar: bar("ratio", ">=", 5, "x as fast"),
    },
    tokenizer: {
      what: "a transcript page parsed whole",
      against: "a bare tokenizer pass",
      unit: "ms",
      bar: bar("ratio", "<=", 2),
    },
  },
  async run() {
    const { name, html } = await transcriptHtml();
    const messages = assertSame(html);
    const candidates = {
      ours: () => cpuMs(() => parseTranscriptPage(html)),
      cheerio: () => cpuMs(() => byCheerio(load(html))),
      tokenizer: () => cpuMs(() => tokens(html)),
    };
    const times = await inTurn(candidates, { rounds: ROUNDS, warmup: 20 });
    const { ours, cheerio, tokenizer } = times;
    return {
      figures: {
        cheerio: { ours: median(ours), theirs: median(cheerio), ratio: medianRatio(cheerio, ours) },
        tokenizer: { ours: median(ours), theirs: median(tokenizer), ratio: medianRatio(ours, tokenizer) },
      },
      details: `${name}, ${Math.round(html.length / 1000)} kB, ${messages} messages`,
    };
  },
};
