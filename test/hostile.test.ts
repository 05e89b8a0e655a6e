/**
 * Every reader ends soon, with a value or a ChatError, for any answer of a server. `FUZZ_CASES` says how many cases in all
 * (one case is one input for one reader), `FUZZ_SEED` repeats a run; `npm run hostile` runs 30,000.
 */
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { CookieJar } from "tough-cookie";
import { afterAll, describe, expect, it } from "vitest";
import { ChatError } from "../src/errors/index.js";
import { isRawEvent } from "../src/protocol/frames.js";
import { slowdown, type Work } from "../src/protocol/growth.test-support.js";
import { siteOf } from "../src/protocol/sites.js";
import { isRecord } from "../src/protocol/values.js";
import { addCookies } from "../src/transport/cookies.js";
import { hostileJson, hostileText } from "./hostile-inputs.js";
import {
  allAnswers,
  allPages,
  answerTargets,
  liveTargets,
  markupNames,
  pageTargets,
  type Target,
  unreached,
  wordTargets,
} from "./hostile-targets.js";
import { sizeOf } from "./sizes.js";

const total = Number(process.env.FUZZ_CASES ?? sizeOf({ near: 3_000, release: 12_000 }));
const seed = Number(process.env.FUZZ_SEED ?? 20_261_122);
/** A slower input is compared with a valid input of the same length for the same reader. */
const doubtfulMs = 50;
/** The factor in time per character from which a reader counts as too slow. */
const slowTimes = 20;
const allowedMs = 30_000 + total * 20;

const tally = { tried: 0, value: 0, error: 0 };
let slowest = { ms: 0, name: "nothing" };

afterAll(() => {
  const report = process.env.FUZZ_REPORT;
  if (report) writeFileSync(report, JSON.stringify({ ...tally, slowest }));
});

/** Runs one case; what it gives is looked through for numbers that are none. */
function endsWell(target: Target, input: string): void {
  tally.tried += 1;
  const start = performance.now();
  tally[tryOut(target, input)] += 1;
  const spent = performance.now() - start;
  if (spent > slowest.ms) slowest = { ms: Math.round(spent), name: target.name };
  if (spent < doubtfulMs) return;
  const valid = target.valid.reduce((longest, text) => (text.length > longest.length ? text : longest));
  const times = slowdown(work(target, valid), work(target, input));
  expect(times, `${target.name} is slow for ${input.length} characters`).toBeLessThan(slowTimes);
}

function work(target: Target, input: string): Work {
  return { size: input.length, run: () => tryOut(target, input) };
}

function tryOut(target: Target, input: string): "value" | "error" {
  try {
    const value = target.read(input);
    if (!target.isRaw) checkNumbers(value);
    return "value";
  } catch (error) {
    if (!(error instanceof ChatError)) {
      throw new Error(`${target.name} of ${JSON.stringify(input.slice(0, 400))}: ${String(error)}`, { cause: error });
    }
    checkNumbers({ ...error });
    return "error";
  }
}

/** No reader returns NaN or an infinite number. Unread values (maps, events) may be anything. */
function checkNumbers(value: unknown): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value} in the result`);
  if (Array.isArray(value)) for (const member of value) checkNumbers(member);
  else if (isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && !isRawEvent(value)) {
    for (const member of Object.values(value)) checkNumbers(member);
  }
}

/** Shares the cases of a group among its readers, each with inputs made for it. */
function fuzz(
  targets: readonly Target[],
  share: number,
  inputs: (valid: readonly string[], others: readonly string[]) => fc.Arbitrary<string>,
  others: readonly string[],
): void {
  const cases = Math.ceil((total * share) / targets.length);
  for (const target of targets) {
    const property = fc.property(inputs(target.valid, others), (input) => endsWell(target, input));
    fc.assert(property, { numRuns: cases, seed, endOnFailure: cases > 1000 });
  }
}

describe(`hostile input, seed ${seed}`, () => {
  it.each([...pageTargets, ...liveTargets])("$name reads its valid inputs", (target) => {
    const understood = target.valid.filter((input) => {
      try {
        return target.read(input) !== undefined;
      } catch {
        return false;
      }
    });
    expect(understood.length).toBeGreaterThan(0);
  });

  it("reaches every action and every function of the markup", () => {
    expect(unreached).toEqual([]);
    const reached = new Set(wordTargets.map(({ name }) => name));
    expect(markupNames.filter((name) => !reached.has(name))).toEqual([]);
  });

  it("pages end with a value or a ChatError", { timeout: allowedMs }, () => {
    fuzz(pageTargets, 0.35, hostileText, allPages);
  });

  it("responses end with a value or a ChatError", { timeout: allowedMs }, () => {
    fuzz(answerTargets, 0.35, hostileJson, [...allAnswers, ...allPages]);
  });

  it("frames and events end with a value or a ChatError", { timeout: allowedMs }, () => {
    fuzz(liveTargets, 0.15, hostileJson, allAnswers);
  });

  it("markup, words and hosts end with a value or a ChatError", { timeout: allowedMs }, () => {
    fuzz(wordTargets, 0.15, hostileText, allAnswers);
  });

  it("lines of cookies end with a value or a ChatError", { timeout: allowedMs }, async () => {
    const lines = hostileText(["acct=t=%2b&s=x; prov=1-2", "a=b"], allAnswers);
    const site = siteOf("stackoverflow.com");
    const property = fc.asyncProperty(lines, async (line) => {
      tally.tried += 1;
      const failure = await addCookies(new CookieJar(), line, site).catch((error: unknown) => error);
      if (failure !== undefined) expect(failure).toBeInstanceOf(ChatError);
      tally[failure === undefined ? "value" : "error"] += 1;
    });
    await fc.assert(property, { numRuns: Math.ceil(total / 100), seed });
  });
});
