/** Every TypeScript block of the README and the docs compiles, and the overview leaves nothing public out. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as api from "chatexchange-ts";
import { ChatEvent } from "chatexchange-ts";
import { EventType } from "chatexchange-ts/protocol";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { streamDefaults } from "../src/live/options.js";

const root = resolve(import.meta.dirname, "..");
const pages = ["README.md", "docs/overview.md", "docs/errors.md", "docs/state.md", "docs/testing-your-bot.md"];

/** What a snippet may take for granted. Each block is a module of its own, and may declare any of these itself. */
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
  /** What the fence says after `ts`. */
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
 * Where the compiler is told that a snippet is: inside the package, so that its own name leads to `dist`. One that
 * begins with `// name.ts` has that name, so that others of its page can import it.
 */
function pathOf({ page, line, code }: Snippet): string {
  const name = /^\/\/ ([\w.-]+\.ts)\n/.exec(code)?.[1];
  return join(root, "snippets", page, name ?? `line-${line}.ts`);
}

/** One program of all the snippets, with as many empty lines before each as make its lines those of its page. */
function programOf(snippets: readonly Snippet[]): ts.Program {
  const files = new Map([[join(root, "snippets", "prelude.d.ts"), prelude]]);
  for (const snippet of snippets) {
    files.set(pathOf(snippet), `${"\n".repeat(snippet.line)}${snippet.code}\nexport {};\n`);
  }
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  // The compiler looks for a module only where there is a folder.
  host.directoryExists = (path) => path.startsWith(join(root, "snippets")) || (directoryExists?.(path) ?? true);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path);
    return text === undefined ? getSourceFile(path, target, ...rest) : ts.createSourceFile(path, text, target);
  };
  return ts.createProgram({ rootNames: [...files.keys()], options, host });
}

/** A snippet may be from the inside of a function. */
const returnOutsideFunction = 1108;

/** What the compiler says, as `page:line: message`. */
function complaints(program: ts.Program): string[] {
  const diagnostics = ts.getPreEmitDiagnostics(program).filter(({ code }) => code !== returnOutsideFunction);
  return diagnostics.map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, "\n");
    if (!file) return message;
    const page = file.fileName.replace(join(root, "snippets/"), "").replace(/\/[\w.-]+\.ts$/, "");
    return `${page}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${message}`;
  });
}

const present = pages.filter((page) => existsSync(join(root, page)));
const snippets = [
  ...present.flatMap((page) => snippetsOf(page, readFileSync(join(root, page), "utf8"))),
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

  test("opts out of that only with a reason", () => {
    const unreasoned = snippets.filter(({ note }) => note !== "" && !/^no-check +\S/.test(note));
    expect(unreasoned.map(({ page, line, note }) => `${page}:${line}: ${note}`)).toEqual([]);
  });

  test("has every public member of every class in the overview", () => {
    const overview = readFileSync(join(root, "docs/overview.md"), "utf8");
    const sections = overview.split(/^(?=## )/m);
    const missing = publicMembers(program).filter((path) => {
      const [type = "", member = type] = path.split(".");
      const own = sections.find((section) => section.startsWith(`## \`${type}\``));
      return !isNamed(member, own ?? overview);
    });
    expect(missing).toEqual([]);
  });

  test("has every class of events in the overview, with its number", () => {
    const overview = readFileSync(join(root, "docs/overview.md"), "utf8");
    const listed = [...overview.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, type, name]) => [name, Number(type)]);
    expect(Object.fromEntries(listed)).toEqual(EventType);
  });

  test("has the classes that are no type of the servers in the overview without a number", () => {
    const overview = readFileSync(join(root, "docs/overview.md"), "utf8");
    const listed = [...overview.matchAll(/^\| none \| `(\w+)` \|/gm)].map(([, name]) => name);
    const classes = Object.entries(api).filter(([, value]) => Object.prototype.isPrototypeOf.call(ChatEvent, value));
    const ours = classes.map(([name]) => name).filter((name) => !Object.hasOwn(EventType, name));
    expect([...listed, "ChatMessageEvent", "UnknownEvent"].sort()).toEqual(ours.sort());
  });

  test("has every option of the stream in the overview, with its default", () => {
    const overview = readFileSync(join(root, "docs/overview.md"), "utf8");
    for (const [name, value] of Object.entries(streamDefaults))
      expect(overview).toContain(`| \`${name}\` | ${value} |`);
  });

  test("has every fault of the local server in testing-your-bot.md", () => {
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

/** What a module of the package exports. */
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
