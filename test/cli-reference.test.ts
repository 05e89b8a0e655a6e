/** The files generated from the table of commands: docs/cli.md and the completions. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMON_FLAGS, commands } from "../src/cli/table/commands.js";
import { completionScript } from "../src/cli/table/completions.js";
import { cliReference } from "../src/cli/table/reference.js";

test("docs/cli.md is up to date; npm run cli-docs writes it", () => {
  expect(readFileSync(resolve(import.meta.dirname, "../docs/cli.md"), "utf8")).toBe(cliReference());
});

test("no command has two flags with the same name", () => {
  for (const { flags } of commands) {
    const all = [...flags, ...COMMON_FLAGS];
    const letters = all.flatMap(({ short }) => short ?? []);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(letters).size).toBe(letters.length);
  }
});

describe("the completions", () => {
  /** The completions that bash offers for the last word of a command line. */
  function offered(...words: string[]): string[] {
    const script = `${completionScript("bash")}
COMP_WORDS=(chatexchange ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}; _chatexchange
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: process.env.PATH ?? "" };
    const text = execFileSync("bash", ["--norc", "-c", script], {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    return text.split("\n").filter(Boolean);
  }

  test("of bash include commands, flags and values", () => {
    expect(offered("t")).toEqual(["tail", "transcript"]);
    expect(offered("")).toEqual(expect.arrayContaining(commands.map(({ name }) => name)));
    expect(offered("tail", "1", "--f")).toEqual(["--follow"]);
    expect(offered("transcript", "1", "--format", "")).toEqual(["text", "markdown", "html", "json"]);
    expect(offered("rooms", "--site", "")).toEqual(["so", "se", "meta", "local"]);
    expect(offered("completion", "z")).toEqual(["zsh"]);
    const here = join(import.meta.dirname, "cli-");
    expect(offered("transcript", "1", "--out", here)).toContain(import.meta.filename);
  });

  test.each(["zsh", "fish"])("of %s have every command and every flag", (shell) => {
    const script = completionScript(shell);
    for (const { name, flags } of commands) {
      expect(script).toContain(shell === "zsh" ? `'${name}:` : `-a ${name} -d`);
      for (const flag of flags) expect(script).toContain(shell === "zsh" ? `--${flag.name}` : `-l ${flag.name} `);
    }
    // Quotes are balanced, even with quotes in the texts.
    for (const line of script.split("\n")) expect((line.match(/'/g) ?? []).length % 2).toBe(0);
  });
});
