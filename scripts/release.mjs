// Prepares a release; docs/releasing.md describes the whole way. Publishing is up to the workflow.
//   npm run release -- 1.2.3 --dry-run   checks everything, prints what would happen, and changes nothing
//   npm run release -- 1.2.3             sets the version, moves the changelog's "Unreleased", commits and tags
//   node scripts/release.mjs --notes 1.2.3   prints the changelog's section of a version
// Without a version the one in package.json is released, as long as no tag names it.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readApi } from "./package/api.mjs";
import {
  changelogProblem,
  changelogSection,
  packProblems,
  releasedChangelog,
  versionProblem,
} from "./package/release.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name) => readFileSync(join(root, name), "utf8");
const run = (program, ...args) => execFileSync(program, args, { cwd: root, encoding: "utf8" }).trim();
const { values: flags, positionals } = parseArgs({
  options: { "dry-run": { type: "boolean" }, notes: { type: "boolean" } },
  allowPositionals: true,
});
const manifest = JSON.parse(read("package.json"));
const version = positionals[0] ?? manifest.version;
const tag = `v${version}`;

if (flags.notes) printNotes();
else if (check().length > 0) process.exitCode = 1;
else if (flags["dry-run"]) console.log(`\nNothing was changed. Without --dry-run this would:\n${plan()}`);
else release();

function printNotes() {
  const notes = changelogSection(read("CHANGELOG.md"), version);
  if (notes !== undefined) {
    console.log(notes);
    return;
  }
  console.error(`CHANGELOG.md has no section ${version}`);
  process.exitCode = 1;
}

/** Prints the outcome of each check, and returns the problems. */
function check() {
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { stdio: "inherit" });
  const problems = [];
  const report = (name, ...found) => {
    const wrong = found.filter((problem) => problem !== undefined);
    problems.push(...wrong);
    console.log(`${wrong.length === 0 ? "ok  " : "FAIL"} ${name}`);
    for (const problem of wrong) console.log(`       ${problem}`);
  };
  const isTagged = (name) => run("git", "tag", "--list", `v${name}`) !== "";
  const changed = run("git", "status", "--porcelain");
  report("the working tree is clean", changed ? `commit or remove:\n${changed}` : undefined);
  report(`the version ${version} may follow ${manifest.version}`, versionProblem(manifest.version, version, isTagged));
  report(`the tag ${tag} is free`, isTagged(version) ? `${tag} exists` : undefined);
  report("the changelog has something to release", changelogProblem(read("CHANGELOG.md"), version));
  report("package-lock.json has the same version", lockProblem());
  report("the API report is current, and everything public has a doc comment", ...apiProblems());
  const { files, size, unpackedSize } = packed();
  report(
    `the package has ${files.length} files, ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked`,
    ...packProblems(files),
  );
  if (manifest.repository || !flags["dry-run"])
    report("package.json names the repository", manifest.repository ? undefined : 'set "repository" in package.json');
  else console.log('note package.json does not name the repository: set "repository" before a release');
  return problems;
}

function lockProblem() {
  const locked = JSON.parse(read("package-lock.json")).version;
  return locked === manifest.version ? undefined : `it has ${locked}; run npm install`;
}

function apiProblems() {
  const { reports, undocumented } = readApi(root);
  const stale = [...reports].filter(([name, text]) => {
    const path = `etc/api/${name}`;
    return !existsSync(join(root, path)) || read(path) !== text;
  });
  return [
    ...stale.map(([name]) => `etc/api/${name} is not current: npm run api`),
    ...undocumented.map((name) => `${name} has no doc comment`),
  ];
}

function packed() {
  const [{ files, size, unpackedSize }] = JSON.parse(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"));
  return { files: files.map(({ path }) => path), size, unpackedSize };
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}

function plan() {
  return [
    `  set the version ${version} in package.json and package-lock.json`,
    `  move "Unreleased" of CHANGELOG.md to "${version} - ${today()}"`,
    `  commit "Release ${version}"`,
    `  tag ${tag}`,
    `Then "git push --follow-tags" starts the release workflow, which tests and publishes.`,
  ].join("\n");
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

function release() {
  for (const name of ["package.json", "package-lock.json"]) {
    const content = JSON.parse(read(name));
    content.version = version;
    if (content.packages) content.packages[""].version = version;
    writeFileSync(join(root, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  writeFileSync(join(root, "CHANGELOG.md"), releasedChangelog(read("CHANGELOG.md"), version, today()));
  run("git", "add", "package.json", "package-lock.json", "CHANGELOG.md");
  run("git", "commit", "--quiet", "--message", `Release ${version}`);
  run("git", "tag", "--annotate", tag, "--message", `Release ${version}`);
  console.log(`\nCommitted and tagged ${tag}. "git push --follow-tags" starts the release workflow.`);
}
