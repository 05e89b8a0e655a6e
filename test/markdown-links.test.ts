/** The links of every Markdown file of the repository, to files and to headings, as GitHub makes their anchors. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const FENCE = /^(`{3,}|~{3,}).*?^\1/gms;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && !file.includes("fixtures/") && existsSync(resolve(ROOT, file)));

const proseOf = (file: string): string => readFileSync(resolve(ROOT, file), "utf8").replaceAll(FENCE, "");

function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of proseOf(file).matchAll(/^#+ (.+)$/gm)) {
    const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = shown.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let free = slug;
    for (let n = 1; anchors.has(free); n++) free = `${slug}-${n}`;
    anchors.add(free);
  }
  return anchors;
}

/** The links of a file that stay in the repository, with the text of code spans left out. */
function linksOf(file: string): string[] {
  const prose = proseOf(file).replaceAll(/(?<!\[)`[^`\n]*`(?!\])/g, "");
  return [...prose.matchAll(/\]\((?![a-z][a-z+.-]*:)([^)\s]+)\)/gi)].map(([, link = ""]) => link);
}

test("every link of a Markdown file leads to a file and a heading that exist", () => {
  const anchors = new Map(files.map((file) => [file, anchorsOf(file)]));
  const isBroken = (file: string, link: string): boolean => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : posix.join(posix.dirname(file), decodeURIComponent(path));
    if (!existsSync(resolve(ROOT, target))) return true;
    return anchor !== undefined && anchors.has(target) && !anchors.get(target)?.has(anchor);
  };
  const links = files.flatMap((file) => linksOf(file).map((link) => ({ file, link })));
  expect(links.length).toBeGreaterThan(100);
  expect(links.filter(({ file, link }) => isBroken(file, link)).map(({ file, link }) => `${file}: ${link}`)).toEqual(
    [],
  );
});
