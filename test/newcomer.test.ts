/** The README and docs/first-bot.md, done word by word in an empty home (`npm run newcomer`). */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { isPrinted, stepsOf } from "../scripts/newcomer/guide.mjs";
import { IS_RELEASE } from "./sizes.js";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");

describe("npm run newcomer", () => {
  test.runIf(IS_RELEASE).each(["README.md", "docs/first-bot.md"])(
    "has a bot that answers by doing what %s says",
    {
      timeout: 600_000,
    },
    async (guide) => {
      const { stdout } = await run(process.execPath, ["scripts/newcomer.mjs", guide], { cwd: root });
      expect(stdout).toContain("Hello, Alice!");
      expect(stdout).toMatch(/a bot answered, \d+ s\n$/);
    },
  );

  test("extracts files, commands and their output from a guide", () => {
    const fence = "```";
    const guide = [
      `${fence}sh\nnot a step\n${fence}`,
      "<!-- newcomer -->",
      `${fence}js\n// bot.mjs\nrun();\n${fence}`,
      `${fence}sh second terminal\nnode bot.mjs\n${fence}`,
      `${fence}text\n13:46  hello\n${fence}`,
      "<!-- /newcomer -->",
    ].join("\n");
    expect(stepsOf(guide)).toEqual([
      { kind: "file", name: "bot.mjs", text: "// bot.mjs\nrun();\n" },
      { kind: "commands", text: "node bot.mjs\n", place: "terminal" },
      { kind: "output", text: "13:46  hello\n" },
    ]);
  });

  test("refuses a block without a file name, and an unknown place", () => {
    const around = (block: string): string => `<!-- newcomer -->\n${block}\n<!-- /newcomer -->`;
    expect(() => stepsOf(around("```js\nrun();\n```"))).toThrow("names no file");
    expect(() => stepsOf(around("```sh on the moon\nls\n```"))).toThrow("on the moon");
    expect(() => stepsOf("# No steps")).toThrow("has no");
  });

  test("accepts other digits in the output, and no other words", () => {
    expect(isPrinted("13:46  Alice  hello\n", "…\n09:01  Alice  hello, world")).toBe(true);
    expect(isPrinted("one\ntwo\n", "two\none")).toBe(false);
    expect(isPrinted("Hello, Alice!", "Hello, Bob!")).toBe(false);
  });
});
