// `npm run coverage-table`: runs the behavior tests with a probe and writes docs/coverage.md, a table of every public
// member and every endpoint of the protocol with a test that uses it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endpoints } from "./endpoints.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "coverage-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "seen.jsonl");
writeFileSync(file, "");
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "test/", "src/protocol/markup/", "--exclude", "test/{package,programs}.test.ts"],
  {
    cwd: ROOT,
    env: { ...process.env, COVERAGE_FILE: file },
    stdio: ["ignore", "ignore", "inherit"],
  },
);
if (run.status !== 0) throw new Error("the tests failed, so their table would be meaningless");

const notes = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));

const api = await import("chatexchange-ts");
const INTERNAL_MEMBERS = new Set([
  "constructor",
  "learn",
  "forget",
  "learnFromEvent",
  "userOf",
  "messageOf",
  Symbol.for("nodejs.util.inspect.custom"),
]);

/** The test with the shortest name that used a member or an endpoint, and the number of others. */
function testsFor(kind, matches) {
  const tests = [...new Set(notes.filter((note) => note.kind === kind && matches(note.name)).map((note) => note.test))];
  tests.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const [first] = tests;
  if (!first) return null;
  const more = tests.length > 1 ? ` (+${tests.length - 1})` : "";
  return `${first.replaceAll(" > ", ": ").replaceAll("|", "\\|")}${more}`;
}

/** The reasons why a member has no test. */
const REASONS = {
  DebugMessage: "never sent to clients; a class so that it has a name",
};

function memberRows() {
  const rows = [];
  for (const [className, value] of Object.entries(api)) {
    if (typeof value !== "function" || !value.prototype || value.prototype instanceof Error) continue;
    for (const name of Reflect.ownKeys(value.prototype)) {
      if (INTERNAL_MEMBERS.has(name)) continue;
      const shown = `${className}.${typeof name === "symbol" ? `[${name.description}]` : name}`;
      const full = `${className}.${String(name)}`;
      rows.push(
        `| \`${shown}\` | ${testsFor("member", (noted) => noted === full) ?? `— ${REASONS[shown] ?? "no test"}`} |`,
      );
    }
  }
  return rows;
}

/** Patterns of the path placeholders that are not ids. */
const PLACEHOLDER_PATTERNS = { slug: "[^/]+", hours: "\\d+-\\d+", room: "(?:\\d+|all)" };

function endpointRows() {
  return endpoints.map(({ method, path, section, member, gap }) => {
    const pattern = new RegExp(
      `^${method} ${path.replace(/[.?]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => PLACEHOLDER_PATTERNS[name] ?? "-?\\d+")}$`,
    );
    const tested = testsFor("endpoint", (noted) => pattern.test(noted));
    return `| \`${method} ${path}\` | ${section} | ${member ? `\`${member}\`` : "—"} | ${tested ?? `— ${gap ?? "no test"}`} |`;
  });
}

const members = memberRows();
const wires = endpointRows();
const untested = [...members, ...wires].filter((row) => /\| — [^|]*\|$/.test(row)).length;
writeFileSync(
  join(ROOT, "docs/coverage.md"),
  `# What is tested

Made by \`npm run coverage-table\` from the code and a run of the tests: every public member and every endpoint of the protocol, with one
test that uses it (and how many more do). A dash names the reason for a gap.

## Members (${members.length})

| member | used in the test |
|---|---|
${members.join("\n")}

## Endpoints (${wires.length})

| endpoint | protocol | client member | served in the test |
|---|---|---|---|
${wires.join("\n")}
`,
);
console.log(`docs/coverage.md: ${members.length} members, ${wires.length} endpoints, ${untested} without a test`);
