/**
 * A part of `npm run hostile` with a fixed seed: every input from a site, a file or a callback ends in a value or
 * in a typed error. Each kind runs in its own process, so that a crash ends it and a hang keeps it running.
 */
import { describe, expect, test } from "vitest";
import { runKind } from "../scripts/hostile/run.mjs";
import { IS_RELEASE, sizeOf } from "./sizes.js";

const SEED = 20261129;
/** The first cases of redirects and answers are the requests themselves, which nothing harms; one kind makes them. */
const UNHARMED = 46;

describe("ends in a value or a typed error, shows no secret and asks no foreign host", { timeout: 300_000 }, () => {
  test.each([
    ["answers", sizeOf({ near: UNHARMED + 10, release: 1_000 }), "answers of nonsense"],
    ["frames", sizeOf({ near: 10, release: 300 }), "frames and handshakes"],
    ["files", sizeOf({ near: 10, release: 300 }), "damaged files"],
    ["hooks", sizeOf({ near: 10, release: 300 }), "hooks that throw, reject or answer nonsense"],
  ])("%s: %i cases of %s", async (kind, most) => {
    const { tried, bad } = await runKind(kind, { seed: SEED, most });
    expect(bad).toEqual([]);
    expect(tried).toBe(most);
  });

  test("redirects: the cases of redirects of each request to another place", async () => {
    const most = sizeOf({ near: UNHARMED + 15, release: 400 });
    const { tried, bad } = await runKind("redirects", { seed: SEED, most, first: UNHARMED });
    expect(bad).toEqual([]);
    expect(tried).toBe(most - UNHARMED);
  });

  // Each case starts a program, and five more set the stage.
  test.runIf(IS_RELEASE)("cli-files: 30 cases of damaged files of the command line", async () => {
    const { tried, bad } = await runKind("cli-files", { seed: SEED, most: 30 });
    expect(bad).toEqual([]);
    expect(tried).toBe(30);
  });
});
