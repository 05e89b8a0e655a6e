/** `npm run release`: the rules of a release, and the script in a temporary repository. */
import { execFile } from "node:child_process";
import { cp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import {
  changelogProblem,
  changelogSection,
  packProblems,
  releasedChangelog,
  versionProblem,
} from "../scripts/package/release.mjs";
import { IS_RELEASE } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const root = resolve(import.meta.dirname, "..");
const run = promisify(execFile);
const SCRIPT_TIMEOUT_MS = 240_000;
/** Left out of the copy. The build and its stamp are copied, so that the copy need not build. */
const NOT_CLONED = ["node_modules", ".git", "coverage", "screenshots", "build"];

describe("a version", () => {
  const untagged = (): boolean => false;

  test.each([
    ["0.1.0", "0.1.0"],
    ["0.1.0", "0.1.1"],
    ["0.9.0", "0.10.0"],
    ["1.0.0-beta.1", "1.0.0"],
  ])("after %s may be %s", (current, next) => {
    expect(versionProblem(current, next, untagged)).toBeUndefined();
  });

  test.each([
    ["0.1.0", "1", /not a version/],
    ["0.2.0", "0.1.9", /lower than 0\.2\.0/],
    ["1.0.0", "1.0.0-beta.1", /lower than 1\.0\.0/],
  ])("after %s cannot be %s", (current, next, problem) => {
    expect(versionProblem(current, next, untagged)).toMatch(problem);
  });

  test("with a tag cannot be released again", () => {
    expect(versionProblem("0.1.0", "0.1.0", () => true)).toMatch(/released already/);
  });
});

describe("the changelog", () => {
  const changelog = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A.\n\n## 0.1.0 - 2026-01-01\n\n- B.\n";

  test("moves what is unreleased to the version, below an empty section", () => {
    const released = releasedChangelog(changelog, "0.2.0", "2026-02-03");
    expect(released).toContain("## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### Added\n\n- A.\n\n## 0.1.0");
    expect(changelogSection(released, "0.2.0")).toBe("### Added\n\n- A.");
    expect(changelogSection(released, "0.1.0")).toBe("- B.");
    expect(changelogSection(released, "0.3.0")).toBeUndefined();
  });

  test("with nothing unreleased keeps a release back", () => {
    const released = releasedChangelog(changelog, "0.2.0", "2026-02-03");
    expect(changelogProblem(changelog, "0.2.0")).toBeUndefined();
    expect(changelogProblem(released, "0.3.0")).toMatch(/lists nothing/);
    expect(changelogProblem(changelog, "0.1.0")).toMatch(/0\.1\.0 already/);
    expect(changelogProblem("# Changelog\n", "0.1.0")).toMatch(/no section/);
  });
});

test("a package that lacks a file, or has one too many, is no release", () => {
  const problems = packProblems(["package.json", "dist/index.js", "dist/a.test.js", ".env", "docs/picture.png"]);
  expect(problems).toContain("the package lacks dist/cli/main.js");
  for (const stray of ["dist/a.test.js", ".env", "docs/picture.png"])
    expect(problems).toContain(`the package would contain ${stray}`);
});

describe.runIf(IS_RELEASE)("the script", () => {
  let clone = "";
  const git = async (...args: string[]): Promise<string> => (await run("git", args, { cwd: clone })).stdout.trim();
  const release = async (...args: string[]): Promise<{ code: number; output: string }> => {
    const options = { cwd: clone, timeout: SCRIPT_TIMEOUT_MS };
    return run(process.execPath, ["scripts/release.mjs", ...args], options).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
    );
  };
  const readJson = async (name: string): Promise<{ version: string }> =>
    JSON.parse(await readFile(join(clone, name), "utf8"));

  beforeAll(async () => {
    clone = temporaryFolder();
    const names = (await readdir(root)).filter((name) => !NOT_CLONED.includes(name));
    for (const name of names) await cp(join(root, name), join(clone, name), { recursive: true });
    await cp(join(root, "build/dist.stamp"), join(clone, "build/dist.stamp"));
    await symlink(join(root, "node_modules"), join(clone, "node_modules"));
    // The ignore file has the folder, here it is a link.
    await writeFile(join(clone, ".gitignore"), "node_modules\ndist\nbuild\n");
    await git("init", "--quiet");
    await git("config", "user.name", "Releaser");
    await git("config", "user.email", "releaser@example.com");
    await commitAll("Everything");
  }, SCRIPT_TIMEOUT_MS);

  const commitAll = async (message: string): Promise<void> => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message", message);
  };

  test("checks everything in a dry run, and changes nothing", { timeout: SCRIPT_TIMEOUT_MS }, async () => {
    const head = await git("rev-parse", "HEAD");
    const { code, output } = await release("7.0.0", "--dry-run");
    expect(output).not.toContain("FAIL");
    expect(output).toContain("Nothing was changed");
    expect(output).toContain("tag v7.0.0");
    expect(code).toBe(0);
    expect([await git("rev-parse", "HEAD"), await git("status", "--porcelain"), await git("tag")]).toEqual([
      head,
      "",
      "",
    ]);
  });

  test("names everything that is wrong, and changes nothing", { timeout: SCRIPT_TIMEOUT_MS }, async () => {
    await git("tag", "v0.0.1");
    await writeFile(join(clone, "left-behind.txt"), "");
    const { code, output } = await release("0.0.1");
    expect(code).toBe(1);
    expect(output).toContain("left-behind.txt");
    expect(output).toContain("0.0.1 is lower than");
    expect(output).toContain("v0.0.1 exists");
    expect(output).toContain('set "repository" in package.json');
    expect(await git("tag")).toBe("v0.0.1");
    await rm(join(clone, "left-behind.txt"));
    await git("tag", "--delete", "v0.0.1");
  });

  test("sets the version, moves the changelog, commits and tags", { timeout: SCRIPT_TIMEOUT_MS }, async () => {
    const manifest = await readJson("package.json");
    const repository = "https://example.com/somebody/somewhere.git";
    await writeFile(join(clone, "package.json"), `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`);
    await commitAll("Name the repository");
    const { code, output } = await release("7.0.0");
    expect(output).not.toContain("FAIL");
    expect(code).toBe(0);
    expect([await git("status", "--porcelain"), await git("tag"), await git("log", "-1", "--format=%s")]).toEqual([
      "",
      "v7.0.0",
      "Release 7.0.0",
    ]);
    expect((await readJson("package.json")).version).toBe("7.0.0");
    expect((await readJson("package-lock.json")).version).toBe("7.0.0");
    expect(await readFile(join(clone, "CHANGELOG.md"), "utf8")).toMatch(
      /^## Unreleased\n\n## 7\.0\.0 - \d{4}-\d\d-\d\d$/m,
    );
    expect((await release("--notes", "7.0.0")).output).toContain("### Added");
  });
});
