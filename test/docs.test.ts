import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as api from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { readArguments } from "../src/cli/table/arguments.js";

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, "..", path), "utf8");

const codes = [...read("src/errors/chat-error.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map((match) => match[1]);

describe("docs/errors.md", () => {
  const table = read("docs/errors.md");

  test("lists exactly the existing codes", () => {
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

test("every code after @throws exists", () => {
  const files = readdirSync(resolve(import.meta.dirname, "../src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => `src/${path}`);
  const thrown = files.flatMap((file) => throwsOf(read(file)).map((name) => ({ file, name })));
  const classes = new Set(files.flatMap((file) => [...read(file).matchAll(/\bclass (\w+)/g)].map(([, name]) => name)));
  const unknown = thrown.filter(({ name }) => !codes.includes(name) && !(/[a-z]/.test(name) && classes.has(name)));
  expect(unknown).toEqual([]);
  expect(thrown.length).toBeGreaterThan(90);
});

/** The names in braces after each `@throws`, except links: codes, and inside the server also classes. */
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

  test("names only existing commands and flags, and only reads with curl", () => {
    for (const { command } of rows) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const [program, ...args] = words;
      if (program === "chatexchange") expect(() => readArguments(args), command).not.toThrow();
      else if (program === "curl") expect(readOnlyCurl(args), command).toBe(true);
      else expect(program, command).toBe(">");
    }
  });

  test("marks every command that other users can see", () => {
    const seen =
      /chatexchange (?:send|edit|delete|pin)\b|\.(?:sendMessage|reply|moveTo|kick|invite|setAccess|update|timeout|uploadImage)\(|messages\/new/;
    const unmarked = rows.filter(({ command, mark }) => seen.test(command) && mark !== " (posts)");
    expect(unmarked.map(({ command }) => command)).toEqual([]);
  });

  test("names only existing files", () => {
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

const pages = [
  ...readdirSync(resolve(import.meta.dirname, "..")).filter((path) => path.endsWith(".md")),
  ...readdirSync(resolve(import.meta.dirname, "../docs"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => `docs/${path}`),
];

/** The links of a page to files of this repository, and to headings of its own. */
function linksOf(page: string): { link: string; path: string; anchor: string }[] {
  const text = read(page).replaceAll(/^```.*?^```/gms, "");
  return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([link, target = "", anchor = ""]) => {
    const path = target === "" ? page : join(dirname(page), target);
    return { link, path, anchor };
  });
}

/** The anchors that a renderer gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  const text = read(page).replaceAll(/^```.*?^```/gms, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the links of the README and the docs", () => {
  test("lead to files that exist", () => {
    expect(pages.length).toBeGreaterThan(10);
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(({ path }) => !exists(resolve(import.meta.dirname, "..", path)))
        .map(({ link }) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("lead to headings that exist", () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(
          ({ path, anchor }) =>
            anchor !== "" && path.endsWith(".md") && exists(resolve(import.meta.dirname, "..", path)),
        )
        .filter(({ path, anchor }) => !anchorsOf(path).includes(anchor))
        .map(({ link }) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("include a link to every guide", () => {
    const linked = new Set(
      pages.flatMap((page) =>
        linksOf(page)
          .map(({ path }) => path)
          .filter((path) => path !== page),
      ),
    );
    const missing = pages.filter((page) => /^docs\/[\w-]+\.md$/.test(page) && !linked.has(page));
    expect(missing).toEqual([]);
  });
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EISDIR";
  }
}
