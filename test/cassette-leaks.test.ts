/**
 * No name, no text and no secret of a user reaches a cassette. The sessions are random: a run checks some by
 * chance, `npm run test:release` makes 10,000 of them.
 */
import { decodeHTML } from "entities";
import { describe, expect, test } from "vitest";
import { identityPseudonyms, KeyedPseudonyms, type Pseudonyms } from "../src/cassette/pseudonyms.js";
import { Scrubber } from "../src/cassette/scrubber.js";
import { type MadeUp, madeUp, type Step } from "./cassette-sessions.js";
import { sizeOf } from "./sizes.js";

const SESSIONS = sizeOf({ near: 100, release: 10_000 });
const FIRST = Number(process.env.CHATEXCHANGE_CASSETTE_SEED ?? 1);

function written(steps: readonly Step[], pseudonyms: Pseudonyms): string[] {
  const scrubber = new Scrubber(pseudonyms);
  return steps.flatMap((step) => {
    if ("frame" in step) return [JSON.stringify(scrubber.frame(step.frame))];
    if ("socket" in step) return [JSON.stringify(scrubber.address(step.socket))];
    const { request, answer } = step;
    return [JSON.stringify(scrubber.request(request)), JSON.stringify(scrubber.answer(request, answer))];
  });
}

/** The text, and every text that repeated decoding makes of it. */
function readings(text: string): string[] {
  const found = [text.toLowerCase()];
  for (let last = text, depth = 0; depth < 4; depth++) {
    const next = decodeHTML(percentDecoded(unescaped(last)));
    if (next === last) break;
    found.push(next.toLowerCase());
    last = next;
  }
  return found;
}

function unescaped(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\\(["'\\/])/g, "$1");
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

function leaks({ steps, canaries, names }: MadeUp, pseudonyms: Pseudonyms): string[] {
  const lines = written(steps, pseudonyms);
  const found = lines.flatMap((line) => {
    const texts = readings(line);
    return canaries
      .filter((canary) => texts.some((text) => text.includes(canary.toLowerCase())))
      .map((canary) => `${canary} in ${line.slice(0, 4_000)}`);
  });
  for (const line of lines) {
    for (const [, name = ""] of unescaped(line).matchAll(/"(?:user_name|room_name|dn|parent_username)":"([^"]*)"/g))
      if (names.includes(name)) found.push(`the name ${name}`);
  }
  return found;
}

describe("a recording of anything", () => {
  test("shows most words if nothing is replaced, so the search finds what is there", () => {
    const session = madeUp(1);
    const found = new Set(leaks(session, identityPseudonyms).map((leak) => leak.split(" in ")[0]));
    expect(found.size).toBeGreaterThan(session.canaries.length / 2);
  });

  test(
    "has no word of a name, a text or a secret in it",
    () => {
      let canaries = 0;
      for (let seed = FIRST; seed < FIRST + SESSIONS; seed++) {
        const session = madeUp(seed);
        canaries += session.canaries.length;
        const pseudonyms = new KeyedPseudonyms(new Uint8Array(32).fill(seed % 251));
        expect([seed, leaks(session, pseudonyms)]).toEqual([seed, []]);
      }
      console.log(`cassettes: ${SESSIONS} sessions, ${canaries} words and secrets, 0 left`);
      expect(canaries).toBeGreaterThan(SESSIONS * 50);
    },
    SESSIONS * 100 + 20_000,
  );
});
