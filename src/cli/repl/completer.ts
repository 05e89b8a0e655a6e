/** Tab completion: members, room ids for `.watch`, and Node's own completion for everything else. Makes no request. */
import type { REPLServer } from "node:repl";
import { runInContext } from "node:vm";
import * as api from "../../index.js";
import { membersOf, resolvePath, type Step } from "./members.js";

type Completion = [hits: string[], of: string];
type Done = (error?: Error | null, completion?: Completion) => void;

/** The values that the completer needs. */
export interface CompleterOptions {
  /** The ids to offer for `.watch`. */
  readonly roomIds: () => readonly number[];
  /** The ids to offer for `.unwatch`. */
  readonly watchedIds: () => readonly number[];
  /** The names of the REPL's globals, which come first. */
  readonly globals: readonly string[];
}

/** A path before the cursor: a name or `(await path)`, then members, calls with a literal argument, and indexes. */
const PATH_BEFORE_CURSOR =
  /(?:(?<name>[A-Za-z_$][\w$]*)|\(\s*await\s+(?<awaited>[A-Za-z_$][\w$]*(?:\.[\w$]+|\(-?\d*\)|\[\d+\])*)\s*\))(?<steps>(?:\??\.[\w$]+|\(-?\d*\)|\[\d+\])*)\??\.(?<start>[\w$]*)$/;

/** Installs our completion in front of Node's. */
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
  const groups = PATH_BEFORE_CURSOR.exec(line)?.groups;
  if (!groups) return undefined;
  const { name, awaited, steps = "", start = "" } = groups;
  const [first = "", rest = ""] = name === undefined ? split(awaited ?? "") : [name, ""];
  const all = [...stepsIn(rest), ...(name === undefined ? [{ kind: "await" } as const] : []), ...stepsIn(steps)];
  const value = resolvePath(valueCalled(server, first), all);
  return [value === undefined ? [] : beginningWith(membersOf(value), start), start];
}

/** On an empty line: the REPL's globals and declared names, rather than every global. */
function ofNothing({ context }: REPLServer, line: string, { globals }: CompleterOptions): Completion | undefined {
  if (!/^\s*(await\s+)?$/.test(line)) return undefined;
  const declared = Object.keys(context).filter((name) => !(name in globalThis) && !(name in api));
  return [[...new Set([...globals, ...declared])], ""];
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

/** The value of a name: a property of the REPL's global object, or a `const` or `let`. */
function valueCalled(server: REPLServer, name: string): unknown {
  const { context } = server;
  const own = Object.getOwnPropertyDescriptor(context, name);
  // `_` is a getter that returns the last result; no other getter is run.
  if (own?.get && name !== "_" && name !== "_error") return undefined;
  if (own && !own.get) return own.value;
  try {
    // A lone name runs no code, so it needs no time limit, which a busy machine would exceed.
    return runInContext(name, context);
  } catch {
    return undefined;
  }
}

function beginningWith(names: readonly string[], start: string): string[] {
  return names.filter((name) => name.startsWith(start));
}
