import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as api from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { readArguments } from "../src/cli/table/arguments.js";

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, "..", path), "utf8");

const codes = [...read("src/errors/chat-error.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map((match) => match[1]);

describe("docs/errors.md", () => {
  const table = read("docs/errors.md");

  test("has every code there is, and no other", () => {
    const documented = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect([...documented].sort()).toEqual([...codes].sort());
    expect(codes.length).toBeGreaterThan(25);
  });

  test("names classes that the package has, with those codes", () => {
    const classes = new Map(Object.entries(api));
    const codeOf = new Map(
      [...read("src/errors/failures.ts").matchAll(/^export class (\w+).*?^}/gms)].map(([text, name]) => [
        name,
        /"([A-Z]+(?:_[A-Z]+)*)"/.exec(text)?.[1],
      ]),
    );
    const rows = [...table.matchAll(/^\| `([A-Z_]+)` \| `(\w+)` \|/gm)];
    expect(rows).toHaveLength(codes.length);
    for (const [, code, name = ""] of rows) {
      expect([name, typeof classes.get(name), codeOf.get(name)]).toEqual([name, "function", code]);
    }
  });
});

test("every code that a doc comment throws is one that there is", () => {
  const files = readdirSync(resolve(import.meta.dirname, "../src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `src/${path}`);
  const thrown = files.flatMap((file) => throwsOf(read(file)).map((name) => ({ file, name })));
  const classes = new Set(files.flatMap((file) => [...read(file).matchAll(/\bclass (\w+)/g)].map(([, name]) => name)));
  const unknown = thrown.filter(({ name }) => !codes.includes(name) && !(/[a-z]/.test(name) && classes.has(name)));
  expect(unknown).toEqual([]);
  expect(thrown.length).toBeGreaterThan(90);
});

/** What stands in braces behind a `@throws`, links apart: codes, and inside of the server also classes. */
function throwsOf(source: string): string[] {
  const comments = [...source.matchAll(/\/\*\*.*?\*\//gs)].flatMap(([comment]) => comment.split(/(?<!\{)@(?=[a-z])/));
  return comments
    .filter((tag) => tag.startsWith("throws"))
    .flatMap((tag) => [...tag.matchAll(/\{([^@{}][^{}]*)\}/g)].map(([, name = ""]) => name));
}

test("the changelog has an entry for the version in package.json or for what is unreleased", () => {
  const { version }: { version: string } = JSON.parse(read("package.json"));
  expect(read("CHANGELOG.md")).toMatch(new RegExp(`^## (Unreleased|\\[?${version})`, "m"));
});

describe("docs/live-check.md", () => {
  const rows = [...read("docs/live-check.md").matchAll(/^\| (.+) \| (.+) \| `(.+?)`(.*?) \| (.+) \|$/gm)].map(
    ([, fact = "", where = "", command = "", mark = ""]) => ({ fact, where, command, mark }),
  );

  test("has a command in every row", () => {
    const all = read("docs/live-check.md")
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| fact |"));
    expect(rows).toHaveLength(all.length);
    expect(rows.length).toBeGreaterThan(80);
  });

  test("names commands and flags that there are, and reads with curl alone", () => {
    for (const { command } of rows) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const [program, ...args] = words;
      if (program === "chatexchange") expect(() => readArguments(args), command).not.toThrow();
      else if (program === "curl") expect(readOnlyCurl(args), command).toBe(true);
      else expect(program, command).toBe(">");
    }
  });

  test("marks every command that others see", () => {
    const seen =
      /chatexchange (?:send|edit|delete|pin)\b|\.(?:sendMessage|reply|moveTo|kick|invite|setAccess|update|timeout|uploadImage)\(|messages\/new/;
    const unmarked = rows.filter(({ command, mark }) => seen.test(command) && mark !== " (posts)");
    expect(unmarked.map(({ command }) => command)).toEqual([]);
  });

  test("leans on files that there are", () => {
    const files = rows.flatMap(({ where }) =>
      [...where.matchAll(/`((?:src|docs)\/[^`]+)`/g)].map(([, file = ""]) => file),
    );
    expect(files.filter((file) => !exists(resolve(import.meta.dirname, "..", file)))).toEqual([]);
  });
});

/** Whether curl asks a chat host for a page, or posts to what only answers. */
function readOnlyCurl(args: readonly string[]): boolean {
  const url = URL.parse(args.at(-1) ?? "");
  const posts = args.some((arg) => arg === "-d" || arg === "-F");
  const isChat = /^chat\.(?:stackexchange|stackoverflow)\.com$/.test(url?.host ?? "");
  return isChat && (!posts || /^\/(?:user\/info|ws-auth|chats\/ROOM\/events)$/.test(url?.pathname ?? ""));
}

test("links of the README and the docs lead somewhere", () => {
  const docs = readdirSync(resolve(import.meta.dirname, "../docs"), { recursive: true, encoding: "utf8" });
  const pages = [
    "README.md",
    "CHANGELOG.md",
    ...docs.filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`),
  ];
  expect(pages.length).toBeGreaterThan(10);
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)]
      .map((match) => resolve(import.meta.dirname, "..", page, "..", match[1] ?? ""))
      .filter((path) => !exists(path)),
  );
  expect(broken).toEqual([]);
});

test("links within a page lead to a heading of it", () => {
  for (const page of ["README.md", "docs/overview.md", "docs/testing-your-bot.md"]) {
    const text = read(page).replaceAll(/^```.*?^```/gms, "");
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
    const broken = [...text.matchAll(/\]\(#([^)]+)\)/g)].filter(([, anchor = ""]) => !anchors.includes(anchor));
    expect([page, broken.map(([link]) => link)]).toEqual([page, []]);
  }
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EISDIR";
  }
}
