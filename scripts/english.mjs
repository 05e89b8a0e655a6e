// Checks our English by rule: sentences that open with a free relative, phrases that no native writes, British spellings,
// and constants that are not in SCREAMING_CASE. `node scripts/english.mjs [PATH…]` lists the findings and exits 1 if
// there are any.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CODE = /\.(ts|mts|js|mjs)$/;

/**
 * A sentence opens with one of these for a thing that has a name. These may: a question, "What to do …", and a clause with
 * its main clause after a comma ("Whatever they do, the failure is reported").
 */
const FREE_RELATIVE =
  /(?:^|[.:;!?)] )(Who|What|Where|Whoever|Whatever|Wherever)\b(?! to\b)(?! (?:is|are|was|does|do|did|if)\b[^.]*\?)(?<!(?:Whatever|Wherever)(?= [^.]*, ))/;
/** "That" also points at the sentence before it: then a verb or a noun follows at once. */
const THAT_CLAUSE = /^That (?:an? |the |no |every |nothing |nobody |it |they |two |one )/;
const TEST_NAME = /\b(?:it|test|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(["'`])(.*?)\1/;
const TEST_OPENING = /^(?:who|what|where|that|whoever|whatever)\b/i;
/** The field says: reports, returns, delivers, emits, shows. */
const TEST_WORDS = /\b(?:tells|(?:is|are) told)\b(?! apart)/i;

const BRITISH = [
  "colour",
  "favour",
  "behaviour",
  "honour",
  "neighbour",
  "rumour",
  "harbour",
  "flavour",
  "recognis",
  "normalis",
  "serialis",
  "initialis",
  "organis",
  "synchronis",
  "summaris",
  "minimis",
  "maximis",
  "optimis",
  "customis",
  "authoris",
  "capitalis",
  "localis(?:e|ed|ing|ation)\\b",
  "memoris",
  "prioritis",
  "realis(?:e|ed|ing|ation)\\b",
  "specialis",
  "utilis",
  "analys(?:e|ed|ing)\\b",
  "cancelled",
  "cancelling",
  "labelled(?!by)",
  "labelling",
  "travell",
  "modell",
  "signall",
  "grey\\b",
  "greyed",
  "licence",
  "defence",
  "offence",
  "centre",
  "metre\\b",
  "catalogue",
  "dialogue",
  "whilst",
  "amongst",
  "towards\\b",
  "afterwards\\b",
  "judgement",
  "fulfil\\b",
  "artefact",
  "programme\\b",
  "cheque",
  "mould",
  "plough",
  "tyre\\b",
];
const BRITISH_WORD = new RegExp(`\\b\\w*(?:${BRITISH.join("|")})\\w*`, "i");
const PHRASES = [
  { rule: "can not", pattern: /\b[Cc]an not\b(?! only\b)/ },
  { rule: "in silence", pattern: /\bin silence\b/i },
];

/** A module-level constant whose value is written out: a number, a text, a pattern. */
const CAMEL_CONSTANT =
  /^(?:export )?const ([a-z]\w*)(?:: [\w<>[\], |"]+)? = (?:-?[\d_.]+(?: \* -?[\d_.]+)*|"[^"]*"|'[^']*'|\/(?:[^/\\\n]|\\.)+\/[a-z]*);/;

/** A module-level table that is written out and never mutated. */
const CAMEL_TABLE =
  /^(?:export )?const ([a-z]\w*): (?:Readonly(?:Map|Set)?<|readonly ).* = (?:\{|\[|new (?:Map|Set)\(\[)/;
/** Names that users import stay as they are. */
const PUBLIC_NAMES = new Set(
  ["index.ts", "bot/index.ts", "server/index.ts", "testing/index.ts", "protocol/index.ts"].flatMap(
    (entry) => readFileSync(`${ROOT}/src/${entry}`, "utf8").match(/\b\w+\b/g) ?? [],
  ),
);

/** Words of the wire, of other people's names and of quotations: [path, part of the line]. */
const EXCEPTIONS = [
  // The name of a field in journals that exist.
  ["src/server/journal/tables.ts", "favouriteOf"],
  // The name of a class that was.
  ["CHANGELOG.md", "recogniseErrorPage"],
  ["cspell.json", "favouriteOf|recogniseErrorPage"],
];

/** The sentences of comments in a program: each with its line, joined over lines, and whether it begins a comment. */
function* commentLines(lines) {
  let open = true;
  for (const [index, line] of lines.entries()) {
    const match = /^\s*(?:\/\*\*?|\*(?!\/)|\/\/)\s?(.*?)(?:\*\/)?$/.exec(line) ?? /\s\/\/ (.*)$/.exec(line);
    if (!match) {
      open = true;
      continue;
    }
    const text = (match[1] ?? "").trim().replace(/^(?:@\w+ (?:\{[^}]*\} )?|- |\d+\. )/, "");
    if (/^\s*(?:\/\*\*?)/.test(line)) open = true;
    yield { line: index + 1, text, opens: open };
    open = text === "" || /[.:!?)`]$/.test(text);
  }
}

/** The lines of prose in a Markdown file: not its headings, tables, quoted output and code. */
function* proseLines(lines) {
  let isCode = false;
  let opens = true;
  for (const [index, line] of lines.entries()) {
    if (/^\s*```/.test(line)) isCode = !isCode;
    const isProse = !isCode && !/^\s*(?:#|\||```|>|$)/.test(line);
    const text = line.trim().replace(/^(?:[-*] |\d+\. )(?:\*\*)?/, "");
    if (isProse)
      yield { line: index + 1, text: text.replaceAll(/`[^`]*`/g, "`"), opens: opens || text !== line.trim() };
    opens = !isProse || /[.:;!?)`]$/.test(text);
  }
}

function openingFindings(sentences) {
  return [...sentences]
    .filter(({ text, opens }) => {
      const sentence = opens ? text : `~${text}`;
      return FREE_RELATIVE.test(sentence) || THAT_CLAUSE.test(sentence);
    })
    .map(({ line, text }) => ({ line, rule: "opening", text }));
}

function constantOf(line) {
  const name = (CAMEL_CONSTANT.exec(line) ?? CAMEL_TABLE.exec(line))?.[1];
  return name !== undefined && !PUBLIC_NAMES.has(name) ? name : undefined;
}

function codeFindings(file, lines) {
  const found = [];
  for (const [index, line] of lines.entries()) {
    const name = TEST_NAME.exec(line)?.[2];
    if (name !== undefined && (TEST_OPENING.test(name) || TEST_WORDS.test(name)))
      found.push({ line: index + 1, rule: "test name", text: name });
    const constant = file.startsWith("src/") ? constantOf(line) : undefined;
    if (constant) found.push({ line: index + 1, rule: "constant", text: constant });
  }
  return found;
}

/** Every finding of our rules in one file. */
export function findings(file, content) {
  const lines = content.split("\n");
  const isCode = CODE.test(file);
  const found = openingFindings(isCode ? commentLines(lines) : file.endsWith(".md") ? proseLines(lines) : []);
  if (isCode) found.push(...codeFindings(file, lines));
  for (const [index, line] of lines.entries()) {
    const word = BRITISH_WORD.exec(line)?.[0];
    if (word) found.push({ line: index + 1, rule: "British", text: word });
    for (const { rule, pattern } of PHRASES)
      if (pattern.test(line)) found.push({ line: index + 1, rule, text: line.trim().slice(0, 100) });
  }
  return found.filter(
    ({ line }) => !EXCEPTIONS.some(([path, part]) => file === path && lines[line - 1].includes(part)),
  );
}

/** Our own texts: everything in the repository except lockfiles, snapshots, generated tables, and this list with its test. */
export function ownFiles(paths = []) {
  return execFileSync("git", ["ls-files", "--", ...paths], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => /\.(ts|mts|js|mjs|md|css|yml|json)$/.test(file))
    .filter(
      (file) =>
        !/package-lock|__snapshots__|\/fixtures\/|^(?:scripts\/english\.mjs|test\/english\.test\.ts|docs\/coverage\.md)$/.test(
          file,
        ),
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let count = 0;
  for (const file of ownFiles(process.argv.slice(2))) {
    for (const { line, rule, text } of findings(file, readFileSync(`${ROOT}/${file}`, "utf8"))) {
      count += 1;
      console.log(`${file}:${line}: ${rule}: ${text}`);
    }
  }
  console.log(`${count} findings`);
  process.exitCode = count ? 1 : 0;
}
