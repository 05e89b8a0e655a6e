import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { sizeOf } from "./sizes.js";

const root = resolve(import.meta.dirname, "..");
const run = promisify(execFile);

/** Runs a compiled program as a user would. It must exit by itself, which an open handle would prevent. */
async function output(...args: string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1", CHATEXCHANGE_HOST: "" };
  const { stdout, stderr } = await run(process.execPath, ["--import", "./test/only-loopback.mjs", ...args], {
    cwd: root,
    env,
    timeout: 50_000,
  });
  expect(stderr).toBe("");
  return stdout;
}

/** Required output of each example; every example in `examples/` must be listed. */
const examples: Record<string, readonly (string | RegExp)[]> = {
  "hello-world": [/Posted: https:\/\/chat\.stackexchange\.com\/transcript\/message\/(\d+)#\1\n/],
  "lazy-values": ["known before: undefined\nname: Sandbox\n", "known already: Where you can play"],
  "missing-room": ["NotFoundError: Could not read room 99999999 on chat.stackexchange.com"],
  identity: [/I am Demo Bot, and getUser\(\d+\) is the same object\./],
  "enter-and-leave": [
    "Joined room Sandbox (Where you can play",
    "Users currently in room: ",
    "A user entered: Alice\nA user left: Alice\n",
  ],
  "star-and-reply": ['Starred "Then let it be mine." by Alice: 1 star'],
  "moderator-check": ["Access Denied\n"],
};

describe("the examples", () => {
  test("are all tested", () => {
    const files = readdirSync(resolve(root, "examples")).filter((file) => file.endsWith(".ts"));
    expect(files.map((file) => file.slice(0, -3)).sort()).toEqual(Object.keys(examples).sort());
  });

  // A process for each in a release; one for all of them otherwise, which an open handle of any would keep alive.
  const names = Object.keys(examples);
  test.each(sizeOf({ near: [names], release: names.map((name) => [name]) }).map((group) => ({ group })))(
    "$group run and end",
    async ({ group }) => {
      const said = (await output("test/programs/examples.mjs", ...group)).split(/^== .*\n/m).slice(1);
      expect(said).toHaveLength(group.length);
      for (const [n, name] of group.entries())
        for (const part of examples[name] ?? [])
          expect(said[n]).toEqual(
            typeof part === "string" ? expect.stringContaining(part) : expect.stringMatching(part),
          );
    },
  );
});

describe("the command", () => {
  test("demo ends with its summary", async () => {
    const said = await output("dist/cli/main.js", "demo");
    expect(said).toContain("logged in as Demo Bot");
    expect(said).toContain("joined room 1: Sandbox");
    expect(said).toMatch(/MessageStarred .*★/);
    expect(said).toMatch(
      /bot +logged out\n\nDone in .* s: \d+ events received, 2 messages sent, 1 starred, 1 answered\./,
    );
  });

  test("prints its usage, and refuses unknown commands", async () => {
    expect(await output("dist/cli/main.js", "--help")).toContain("usage: chatexchange COMMAND");
    const error = await run(process.execPath, ["dist/cli/main.js", "dance"], { cwd: root }).catch((reason) => reason);
    expect(error).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown command "dance"') });
    const flag = await run(process.execPath, ["dist/cli/main.js", "demo", "--fast"], { cwd: root }).catch(
      (reason) => reason,
    );
    expect(flag).toMatchObject({ code: 2, stderr: expect.stringContaining("--fast") });
  });
});
