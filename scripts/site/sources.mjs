// Writes the Markdown files that TypeDoc reads: those of the root and of docs/ as they are, with the group and the title
// for the menu in front, and pages for the folders that they link to (docs/decisions, examples).
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { GROUPS, OTHER_GROUP, ROOT_GROUP } from "./guides.mjs";

/** A link: its text, when the link stands alone, and where it leads. */
const LINK = /(\[(?:[^[\]]*)\]|\])\(([^)#\s]+)(#[^)\s]*)?\)/g;
const FENCE = /^```.*?^```/gms;
const HAS_SCHEME = /^[a-z][a-z+.-]*:/i;

/** The title of a page, with a capital letter, as menus have it. */
function titleOf(text) {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? "";
  return title.replace(/^(?:\d+: )?\p{Ll}/u, (start) => start.toUpperCase());
}

const markdownFiles = (folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".md"))
    .sort();

/** One page with the source of every example. */
function examplesPage(root) {
  const files = readdirSync(join(root, "examples")).filter((file) => file.endsWith(".ts"));
  const parts = files.map((file) => {
    const source = readFileSync(join(root, "examples", file), "utf8");
    const [, about = "", code = source] = /^\/\*\* (.*?) \*\/\n(.*)$/s.exec(source) ?? [];
    const name = file.replace(/\.ts$/, "");
    return `## ${name}\n\n${about}\n\n\`\`\`ts\n${code.trim()}\n\`\`\`\n`;
  });
  const about =
    "Each runs in a clone with `npm run example NAME` on a local server, or on a live site when `CHATEXCHANGE_HOST`, " +
    "`CHATEXCHANGE_EMAIL` and `CHATEXCHANGE_PASSWORD` are set.";
  return `# Examples\n\n${about}\n\n${parts.join("\n")}`;
}

function decisionsPage(root) {
  const files = markdownFiles(join(root, "docs/decisions")).filter((file) => /^\d/.test(file));
  const rows = files.map((file) => {
    const title = titleOf(readFileSync(join(root, "docs/decisions", file), "utf8"));
    return `- [${title}](${file})`;
  });
  return `# Decisions\n\nEach page has the context of one decision, the choice, and what it rules out.\n\n${rows.join("\n")}\n`;
}

/** Every page of the site but the reference, by its path from the root. */
function collectPages(root) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const paths = [
    ...readdirSync(root).filter((path) => path.endsWith(".md")),
    ...markdownFiles(join(root, "docs")).map((path) => `docs/${path}`),
  ];
  return new Map([
    ["docs/examples.md", examplesPage(root)],
    ["docs/decisions/README.md", decisionsPage(root)],
    ...paths.map((path) => [path, read(path)]),
  ]);
}

/** The page of the site that a link in the repository means; the link itself when there is none. */
function targetOf(target, pages) {
  const example = /^examples\/([\w-]+)\.ts$/.exec(target)?.[1];
  if (example) return { path: "docs/examples.md", anchor: `#${example}` };
  if (target === "examples") return { path: "docs/examples.md" };
  if (pages.has(target)) return { path: target };
  return pages.has(`${target}/README.md`) ? { path: `${target}/README.md` } : undefined;
}

/** In the repository a link may show the name of a file; on the site it shows the title of the page. */
function textOf(written, page, pages) {
  return page && /^\[(?:docs\/)?[\w/-]+\.md\]$/.test(written) ? `[${titleOf(pages.get(page.path))}]` : written;
}

/**
 * Makes the links of a page lead to pages of the site. Other files are copied; the name of a folder without a page stays as
 * text, because the site has nothing to show for it.
 */
function rewriteLinks(text, from, pages, { copyFile, isFolder }) {
  const folder = posix.dirname(from);
  const rewrite = (whole, shown, written, anchor = "") => {
    if (HAS_SCHEME.test(written)) return whole;
    const target = posix.join(folder, written).replace(/\/$/, "");
    const page = targetOf(target, pages);
    if (!page && isFolder(target) && shown.startsWith("[")) return shown.slice(1, -1);
    if (!page) copyFile(target);
    const path = posix.relative(posix.dirname(from), page?.path ?? target);
    return `${textOf(shown, page, pages)}(${path.startsWith(".") ? path : `./${path}`}${page?.anchor ?? anchor})`;
  };
  const code = text.match(FENCE) ?? [];
  return text
    .split(FENCE)
    .map((prose, index) => prose.replace(LINK, rewrite) + (code[index] ?? ""))
    .join("");
}

const nameOf = (path) => path.replace(/^docs\/|\.md$/g, "");

function groupOf(path) {
  const group = Object.keys(GROUPS).find((key) => GROUPS[key].includes(nameOf(path)));
  return group ?? (path.startsWith("docs/") ? OTHER_GROUP : ROOT_GROUP);
}

/** The address of a page on the site, without its extension. */
function addressOf(path) {
  const name = nameOf(path).toLowerCase();
  return name === "decisions/readme" ? "decisions" : name.replace(/^(?!decisions\/)/, "guides/");
}

function headOf(path, text, children) {
  const title = titleOf(text).replaceAll("`", "");
  if (!title) throw new Error(`${path} has no "# title"`);
  const facts = { title, group: groupOf(path), address: addressOf(path), ...(children.length > 0 && { children }) };
  // JSON is YAML.
  const lines = Object.entries(facts).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n\n`;
}

/** Sorts the pages as the menu shows them; pages that the list does not name follow by name. */
function inOrder(paths) {
  const listed = Object.values(GROUPS).flat();
  const rank = (path) => {
    const at = listed.indexOf(nameOf(path));
    return at < 0 ? listed.length : at;
  };
  return [...paths].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/**
 * Writes the sources into a folder.
 * @returns the path of the front page and of the other pages, in their order
 */
export function writeSources(root, folder) {
  rmSync(folder, { recursive: true, force: true });
  const pages = collectPages(root);
  const decisions = [...pages.keys()].filter((path) => /^docs\/decisions\/\d/.test(path));
  const copyFile = (path) => {
    if (!statSync(join(root, path), { throwIfNoEntry: false }))
      throw new Error(`a link leads to ${path}, which is not there`);
    cpSync(join(root, path), join(folder, path), { recursive: true });
  };
  const isFolder = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  for (const [path, text] of pages) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    const children = path === "docs/decisions/README.md" ? decisions.map((child) => `./${posix.basename(child)}`) : [];
    const head = path === "README.md" ? "" : headOf(path, text, children);
    writeFileSync(to, head + rewriteLinks(text, path, pages, { copyFile, isFolder }));
  }
  const documents = inOrder([...pages.keys()].filter((path) => path !== "README.md" && !decisions.includes(path)));
  return { readme: join(folder, "README.md"), documents: documents.map((path) => join(folder, path)) };
}
