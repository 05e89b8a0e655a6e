/** What Tab completes: members, room ids for `.watch`, and everything else as Node does. Makes no request. */
import type { REPLServer } from "node:repl";
import { runInContext } from "node:vm";
import * as api from "../../index.js";
import { follow, membersOf, type Step } from "./members.js";

type Completion = [hits: string[], of: string];
type Done = (error?: Error | null, completion?: Completion) => void;

/** What the completer needs to know beside the values. */
export interface CompleterOptions {
  /** Ids for `.watch`. */
  readonly roomIds: () => readonly number[];
  /** Ids for `.unwatch`. */
  readonly watchedIds: () => readonly number[];
  /** The names that come first, those the REPL grabbed. */
  readonly grabs: readonly string[];
}

/** A path before the cursor: a name or `(await path)`, then members, calls with a plain argument and indexes. */
const path =
  /(?:(?<name>[A-Za-z_$][\w$]*)|\(\s*await\s+(?<awaited>[A-Za-z_$][\w$]*(?:\.[\w$]+|\(-?\d*\)|\[\d+\])*)\s*\))(?<steps>(?:\??\.[\w$]+|\(-?\d*\)|\[\d+\])*)\??\.(?<start>[\w$]*)$/;

/** Puts our completion in front of Node's. */
export function installCompleter(server: REPLServer, options: CompleterOptions): void {
  const ofNode: unknown = server.completer;
  Reflect.set(server, "completer", (line: string, done: Done) => {
    const ours = ofCommand(line, options) ?? ofPath(server, line) ?? ofNothing(server, line, options);
    if (ours || typeof ofNode !== "function") done(null, ours ?? [[], line]);
    else ofNode.call(server, line, done);
  });
}

function ofCommand(line: string, { roomIds, watchedIds }: CompleterOptions): Completion | undefined {
  const [, command, start = ""] = /^\s*\.(watch|unwatch)\s+(\d*)$/.exec(line) ?? [];
  if (command === undefined) return undefined;
  return [beginningWith((command === "watch" ? roomIds() : watchedIds()).map(String), start), start];
}

function ofPath(server: REPLServer, line: string): Completion | undefined {
  const groups = path.exec(line)?.groups;
  if (!groups) return undefined;
  const { name, awaited, steps = "", start = "" } = groups;
  const [first = "", rest = ""] = name === undefined ? split(awaited ?? "") : [name, ""];
  const all = [...stepsIn(rest), ...(name === undefined ? [{ kind: "await" } as const] : []), ...stepsIn(steps)];
  const value = follow(valueCalled(server, first), all);
  return [value === undefined ? [] : beginningWith(membersOf(value), start), start];
}

/** At the beginning of a line: what the REPL grabbed and what was declared, rather than everything there is. */
function ofNothing({ context }: REPLServer, line: string, { grabs }: CompleterOptions): Completion | undefined {
  if (!/^\s*(await\s+)?$/.test(line)) return undefined;
  const declared = Object.keys(context).filter((name) => !(name in globalThis) && !(name in api));
  return [[...new Set([...grabs, ...declared])], ""];
}

function split(whole: string): [string, string] {
  const end = /^[\w$]+/.exec(whole)?.[0].length ?? 0;
  return [whole.slice(0, end), whole.slice(end)];
}

function stepsIn(text: string): Step[] {
  return [...text.matchAll(/\??\.([\w$]+)|\((-?\d*)\)|\[(\d+)\]/g)].map(([, member, argument, index]) =>
    argument === undefined ? { kind: "member", name: member ?? index ?? "" } : { kind: "call", argument },
  );
}

/** The value of a name: a property of the REPL's world, or one that was declared with `const` or `let`. */
function valueCalled(server: REPLServer, name: string): unknown {
  const { context } = server;
  const own = Object.getOwnPropertyDescriptor(context, name);
  // `_` is a getter that gives the last result; nobody else's getter is run.
  if (own?.get && name !== "_" && name !== "_error") return undefined;
  if (own && !own.get) return own.value;
  try {
    // A name alone runs nothing, so it needs no time limit, which a busy machine would exceed.
    return runInContext(name, context);
  } catch {
    return undefined;
  }
}

function beginningWith(names: readonly string[], start: string): string[] {
  return names.filter((name) => name.startsWith(start));
}
