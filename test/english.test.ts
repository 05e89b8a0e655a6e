/** The English of the whole repository, by the rules of scripts/english.mjs. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findings, ownFiles } from "../scripts/english.mjs";

const ROOT = resolve(import.meta.dirname, "..");

test("no text of the repository breaks a rule", () => {
  const found = ownFiles().flatMap((file) =>
    findings(file, readFileSync(resolve(ROOT, file), "utf8")).map(
      ({ line, rule, text }) => `${file}:${line}: ${rule}: ${text}`,
    ),
  );
  expect(found).toEqual([]);
});

describe("the rules", () => {
  test.each([
    ["opening", "src/x.ts", "// What a client reads."],
    ["opening", "docs/x.md", "Where a runtime differs, see below."],
    ["test name", "test/x.test.ts", 'test("that is private says so", () => {});'],
    ["constant", "src/x.ts", "const limit = 5;"],
    ["British", "docs/x.md", "The behaviour of a client."],
    ["can not", "docs/x.md", "A client can not do this."],
    ["in silence", "docs/x.md", "It fails in silence."],
  ])("find an offense against the rule %s in %s", (rule, file, line) => {
    expect(findings(file, line).map((finding) => finding.rule)).toEqual([rule]);
  });

  test.each([
    ["docs/x.md", "What to do after a refusal."],
    ["src/x.ts", "const LIMIT = 5;"],
    ["test/x.test.ts", 'test("a private room is refused", () => {});'],
    ["docs/x.md", "A client cannot do this."],
  ])("find nothing in the good text of %s: %s", (file, line) => {
    expect(findings(file, line)).toEqual([]);
  });
});
