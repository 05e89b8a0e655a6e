import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as api from "chatexchange-ts";
import { describe, expect, test } from "vitest";

const read = (path: string): string => readFileSync(resolve(import.meta.dirname, "..", path), "utf8");

describe("docs/errors.md", () => {
  const table = read("docs/errors.md");

  test("has every code there is, and no other", () => {
    const codes = [...read("src/errors/chat-error.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map((match) => match[1]);
    const documented = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect([...documented].sort()).toEqual([...codes].sort());
    expect(codes.length).toBeGreaterThan(25);
  });

  test("names classes that the package has, with those codes", () => {
    const classes = new Map(Object.entries(api));
    for (const [, code, name = ""] of table.matchAll(/^\| `([A-Z_]+)` \| `(\w+)` \|/gm)) {
      expect([code, name, typeof classes.get(name)]).toEqual([code, name, "function"]);
    }
  });
});

test("the changelog has an entry for the version in package.json or for what is unreleased", () => {
  const { version }: { version: string } = JSON.parse(read("package.json"));
  expect(read("CHANGELOG.md")).toMatch(new RegExp(`^## (Unreleased|\\[?${version})`, "m"));
});

test("links of the README and the docs lead somewhere", () => {
  const pages = ["README.md", "docs/architecture.md", "docs/errors.md"];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)]
      .map((match) => resolve(import.meta.dirname, "..", page, "..", match[1] ?? ""))
      .filter((path) => !exists(path)),
  );
  expect(broken).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EISDIR";
  }
}
