/** Every TypeScript block of the README and the docs compiles, and the reference pages list every public member. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as api from "chatexchange-ts";
import { ChatEvent } from "chatexchange-ts";
import { EventType } from "chatexchange-ts/protocol";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { STREAM_DEFAULTS } from "../src/live/options.js";

const root = resolve(import.meta.dirname, "..");
const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", ...docs.map((name) => `docs/${name}`)];

/** The pages that list the members of the front door. */
const reference = [
  "client",
  "logging-in",
  "values",
  "rooms",
  "messages",
  "users",
  "events",
  "listening",
  "sending",
  "markup",
  "history",
  "proxies-and-certificates",
].map((name) => readFileSync(join(root, `docs/${name}.md`), "utf8"));
const allReference = reference.join("\n");

/** The names that a snippet may use without declaring them. Each block is a module, and may declare them itself. */
const prelude = `
  import type { Message, Room, User } from "chatexchange-ts";
  import type { ChatServer } from "chatexchange-ts/server";
  declare global {
    const Client: typeof import("chatexchange-ts").Client;
    const email: string;
    const password: string;
    const chat: import("chatexchange-ts").Client;
    const me: User;
    const room: Room;
    const user: User;
    const message: Message;
    const text: string;
    const server: ChatServer;
    function later(text: string): void;
    /** The bot of docs/testing-your-bot.md. */
    function greeter(chat: import("chatexchange-ts").Client, roomId: number): import("chatexchange-ts").Watch;
  }
`;

const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  types: ["node"],
  skipLibCheck: true,
  noEmit: true,
};

interface Snippet {
  readonly page: string;
  /** The line of the fence, from 1. */
  readonly line: number;
  readonly code: string;
  /** The rest of the fence after `ts`. */
  readonly note: string;
}

function snippetsOf(page: string, markdown: string): Snippet[] {
  const blocks = markdown.matchAll(/^( *)```ts(?: +(.*?))? *\n(.*?)^\1``` *$/gms);
  return [...blocks].map(({ index, 2: note = "", 3: code = "" }) => {
    return { page, line: markdown.slice(0, index).split("\n").length, code, note };
  });
}

/** The lines for the REPL in a page: inline code that begins with `> `. */
function replLines(page: string): Snippet[] {
  const markdown = readFileSync(join(root, page), "utf8");
  return [...markdown.matchAll(/`> ([^`]+)`/g)].map(({ index, 1: code = "" }) => ({
    page,
    line: markdown.slice(0, index).split("\n").length,
    code: `declare const ROOM: number, OTHER_ROOM: number, MESSAGE: number, USER: number; ${code};`,
    note: "",
  }));
}

/**
 * The path of a snippet for the compiler: inside the package, so that its own name leads to `dist`. One that
 * begins with `// name.ts` has that name, so that others of its page can import it.
 */
function pathOf({ page, line, code }: Snippet): string {
  const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(code)?.[1];
  return join(root, "snippets", page, name ?? `line-${line}.ts`);
}

/** The files of the programs that are no snippets: the declarations of the language, of Node and of the package. */
const sources = new Map<string, ts.SourceFile | undefined>();

/** One program of all the snippets, with as many empty lines before each as make its lines those of its page. */
function programOf(snippets: readonly Snippet[]): ts.Program {
  const files = new Map([[join(root, "snippets", "prelude.d.ts"), prelude]]);
  for (const snippet of snippets) {
    files.set(pathOf(snippet), `${"\n".repeat(snippet.line)}${snippet.code}\nexport {};\n`);
  }
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  // The compiler looks for a module only in existing folders.
  host.directoryExists = (path) => path.startsWith(join(root, "snippets")) || (directoryExists?.(path) ?? true);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path);
    if (text !== undefined) return ts.createSourceFile(path, text, target);
    if (!sources.has(path)) sources.set(path, getSourceFile(path, target, ...rest));
    return sources.get(path);
  };
  return ts.createProgram({ rootNames: [...files.keys()], options, host });
}

/** A snippet may be from the inside of a function. */
const returnOutsideFunction = 1108;

/** The diagnostics of the compiler, as `page:line: message`. */
function complaints(program: ts.Program): string[] {
  const diagnostics = ts.getPreEmitDiagnostics(program).filter(({ code }) => code !== returnOutsideFunction);
  return diagnostics.map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n");
    if (!file) return message;
    const page = file.fileName.replace(join(root, "snippets/"), "").replace(/\/[\w.-]+\.ts$/, "");
    return `${page}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${message}`;
  });
}

const snippets = [
  ...pages.flatMap((page) => snippetsOf(page, readFileSync(join(root, page), "utf8"))),
  ...replLines("docs/live-check.md"),
];

describe("the TypeScript in the docs", () => {
  let program: ts.Program;
  beforeAll(() => {
    program = programOf(snippets.filter(({ note }) => !note.startsWith("no-check")));
  });

  test("compiles, block by block", () => {
    expect(complaints(program)).toEqual([]);
    expect(snippets.length).toBeGreaterThan(20);
  });

  test("is exempt from that only with a reason", () => {
    const unreasoned = snippets.filter(({ note }) => note !== "" && !/^no-check +\S/.test(note));
    expect(unreasoned.map(({ page, line, note }) => `${page}:${line}: ${note}`)).toEqual([]);
  });

  test("lists every public member of every class in the reference pages", () => {
    const missing = publicMembers(program).filter((path) => {
      const [type = "", member = type] = path.split(".");
      const own = reference.find((page) => page.startsWith(`# \`${type}\``));
      return !isNamed(member, own ?? allReference);
    });
    expect(missing).toEqual([]);
  });

  test("lists every event class in the reference pages, with its number", () => {
    const listed = [...allReference.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, type, name]) => [
      name,
      Number(type),
    ]);
    expect(Object.fromEntries(listed)).toEqual(EventType);
  });

  test("lists events without a wire type in the reference pages without a number", () => {
    const listed = [...allReference.matchAll(/^\| none \| `(\w+)` \|/gm)].map(([, name]) => name);
    const classes = Object.entries(api).filter(([, value]) => Object.prototype.isPrototypeOf.call(ChatEvent, value));
    const ours = classes.map(([name]) => name).filter((name) => !Object.hasOwn(EventType, name));
    expect([...listed, "ChatMessageEvent", "UnknownEvent"].sort()).toEqual(ours.sort());
  });

  test("lists every option of the stream in the reference pages, with its default", () => {
    for (const [name, value] of Object.entries(STREAM_DEFAULTS))
      expect(allReference).toContain(`| \`${name}\` | ${value} |`);
  });

  test("lists every fault of the local server in testing-your-bot.md", () => {
    const page = readFileSync(join(root, "docs/testing-your-bot.md"), "utf8");
    const checker = program.getTypeChecker();
    const declared = exportsOf(program, "dist/server/index.d.ts").find(({ name }) => name === "Faults");
    const members = declared ? checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(declared)) : [];
    const faults = members.filter(({ flags }) => flags & ts.SymbolFlags.Method).map(({ name }) => name);
    const missing = faults.filter((name) => !page.includes(`faults.${name}(`));
    expect(missing).toEqual([]);
    expect(faults.length).toBeGreaterThan(10);
  });
});

/** Whether inline code has this word. */
function isNamed(word: string, markdown: string): boolean {
  return new RegExp(`\`[^\`\n]*(?<![\\w$])${word}(?![\\w$])[^\`\n]*\``).test(markdown);
}

/** `Class.member` for what the declarations of the front door show of the layers that have objects and options. */
function publicMembers(program: ts.Program): string[] {
  const checker = program.getTypeChecker();
  const front = readFileSync(join(root, "src/index.ts"), "utf8");
  const exported = front.matchAll(/export (?:type )?\{([^}]*)\} from "\.\/(?:client|objects|live|sending)\//g);
  const shownLayers = new Set([...exported].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []));
  return exportsOf(program, "dist/index.d.ts")
    .filter(({ name }) => shownLayers.has(name))
    .flatMap((symbol) => {
      const members = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol));
      const own = members.filter((member) =>
        member.declarations?.some((at) => at.getSourceFile().fileName.includes("/dist/")),
      );
      const shown = own.map(({ name }) => name).filter((name) => /^[a-z]\w*$/i.test(name));
      return [symbol.name, ...shown.map((name) => `${symbol.name}.${name}`)];
    });
}

/** The exports of a module of the package. */
function exportsOf(program: ts.Program, path: string): ts.Symbol[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(root, path));
  const module = file && checker.getSymbolAtLocation(file);
  const all = module ? checker.getExportsOfModule(module) : [];
  expect(all.length).toBeGreaterThan(20);
  return all.map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

test("a snippet that does not compile is named by page and line", () => {
  const markdown = ["# Page", "", "```ts", "const name: string = room.nam;", "```", "", "```ts", "text;", "```"].join(
    "\n",
  );
  const wrong = complaints(programOf(snippetsOf("docs/page.md", markdown)));
  expect(wrong).toEqual([expect.stringMatching(/^docs\/page\.md:4: Property 'nam' does not exist on type 'Room'/)]);
});
