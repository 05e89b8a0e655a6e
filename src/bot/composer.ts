/**
 * A composer collects handlers in the order in which a bot considers them. It knows nothing of rooms that are open or
 * messages that arrive: the dispatcher reads the list.
 */
import { type ChatEvent, type EventClass, UsageError } from "../index.js";
import { checkFunction, previewValue } from "../util/options.js";
import type { BotContext, CommandContext, EventContext, HearsContext } from "./context.js";
import type {
  About,
  CommandOptions,
  GroupFilter,
  Handler,
  HandlerOptions,
  HearsOptions,
  Middleware,
} from "./handler-options.js";
import { handlerOf, readAbout, readFilter } from "./handler-options.js";
import {
  type ArgumentsOf,
  type ArgumentTypes,
  type CheckedPattern,
  type CommandPattern,
  nameKey,
  parsePattern,
} from "./pattern/index.js";

/** A condition or a middleware that stands in front of a handler. */
export type Step = { readonly filter: GroupFilter } | { readonly middleware: Middleware };

/** A handler with everything that stands in front of it. */
export interface Entry {
  /** A name for status, cooldowns and reports: the command, or the kind of handler and its number. */
  readonly name: string;
  readonly about: About;
  readonly steps: readonly Step[];
  readonly handler: Handler<BotContext>;
  readonly pattern?: CommandPattern;
  readonly heard?: string | RegExp;
  readonly Event?: EventClass;
  /** Whether it takes commands that no other handler has. */
  readonly isForUnknown?: boolean;
}

type Item =
  | { readonly kind: "entry"; readonly entry: Omit<Entry, "steps"> }
  | { readonly kind: "middleware"; readonly middleware: Middleware }
  | { readonly kind: "group"; readonly composer: Composer<ArgumentTypes>; readonly filter: GroupFilter };

/**
 * A place to register handlers: the bot itself, or a group of it. For a message, the first command or `hears` handler
 * that matches runs, in order of registration; `next()` passes the message on to the next match. All matching `on`
 * handlers run.
 */
export class Composer<T extends ArgumentTypes = Record<never, never>> {
  readonly #items: Item[] = [];
  readonly #names = new Set<string>();
  readonly #types: T;
  readonly #changed: () => void;

  /** @internal */
  constructor(types: T, changed: () => void) {
    this.#types = types;
    this.#changed = changed;
  }

  /**
   * Registers a command. The pattern is its name, aliases after `|`, and its parameters, such as
   * `"roll|dice [sides:integer=6]"`; docs/bots.md has the syntax. `c.args` has their values. Between the two, `about` is
   * one line for the help, or an object of options.
   * @throws {BAD_ARGUMENT} for a wrong pattern, with the column, and for a name that is taken in this composer
   */
  command<const P extends string>(
    pattern: CheckedPattern<P, T>,
    handler: Handler<CommandContext<ArgumentsOf<P, T>>>,
  ): this;
  command<const P extends string>(
    pattern: CheckedPattern<P, T>,
    about: string | CommandOptions,
    handler: Handler<CommandContext<ArgumentsOf<P, T>>>,
  ): this;
  command(pattern: string, ...rest: readonly unknown[]): this {
    const [about, handler] = rest.length > 1 ? rest : [undefined, rest[0]];
    const parsed = parsePattern(pattern, this.#types);
    const [name = pattern] = parsed.names;
    for (const other of parsed.names) {
      if (this.#names.has(nameKey(other)))
        throw new UsageError(
          `the command ${other} exists already; give one of them another name, or a group of its own`,
        );
    }
    const entry = {
      name,
      about: readAbout("command", about),
      handler: handlerOf("command", handler),
      pattern: parsed,
    };
    for (const other of parsed.names) this.#names.add(nameKey(other));
    return this.#add(entry);
  }

  /**
   * Registers a handler for commands with names that no command has: of a name that people choose, or in free words, as
   * in a reply to the bot. `c.name` and `c.markdown` have what was written. `next()` leaves it to the next such handler,
   * and then to the option `unknown`.
   */
  unknownCommand(handler: Handler<CommandContext<Readonly<Record<never, never>>>>): this;
  unknownCommand(options: HandlerOptions, handler: Handler<CommandContext<Readonly<Record<never, never>>>>): this;
  unknownCommand(...rest: readonly unknown[]): this {
    const [options, handler] = rest.length > 1 ? rest : [undefined, rest[0]];
    const about = readAbout("unknownCommand", options);
    const name = about.name ?? "unknown command";
    return this.#add({ name, about, handler: handlerOf("unknownCommand", handler), isForUnknown: true });
  }

  /**
   * Registers a handler for messages with a text: equal to a string, ignoring case and outer white space, or matching a
   * regular expression. `c.match` has the match.
   */
  hears(text: string | RegExp, handler: Handler<HearsContext>): this;
  hears(text: string | RegExp, options: HearsOptions, handler: Handler<HearsContext>): this;
  hears(text: string | RegExp, ...rest: readonly unknown[]): this {
    const [options, handler] = rest.length > 1 ? rest : [undefined, rest[0]];
    if (typeof text !== "string" && !(text instanceof RegExp))
      throw new UsageError(`hears takes a text or a regular expression, not ${previewValue(text)}`);
    const about = readAbout("hears", options);
    return this.#add({ name: about.name ?? `hears ${text}`, about, handler: handlerOf("hears", handler), heard: text });
  }

  /** Registers a handler for every event of a class, such as `UserEntered`. All such handlers run. */
  on<E extends ChatEvent>(Event: EventClass<E>, handler: Handler<EventContext<E>>): this;
  on<E extends ChatEvent>(Event: EventClass<E>, options: HandlerOptions, handler: Handler<EventContext<E>>): this;
  on(Event: EventClass, ...rest: readonly unknown[]): this {
    const [options, handler] = rest.length > 1 ? rest : [undefined, rest[0]];
    checkFunction("the event class of on", Event);
    const about = readAbout("on", options);
    return this.#add({ name: about.name ?? `on ${Event.name}`, about, handler: handlerOf("on", handler), Event });
  }

  /**
   * Registers a function that runs around each handler registered after it in this composer. It calls `next()` to go on;
   * without that call, the handler does not run.
   */
  use(middleware: Middleware): this {
    checkFunction("the middleware of use", middleware);
    this.#items.push({ kind: "middleware", middleware });
    this.#changed();
    return this;
  }

  /**
   * Creates a group: its handlers run only where the filter lets them, and otherwise do not match. A group can have
   * commands with names that exist elsewhere.
   */
  group(filter: GroupFilter, build?: (group: Composer<T>) => unknown): Composer<T> {
    if (build !== undefined) checkFunction("the second argument of group", build);
    const composer = new Composer<T>(this.#types, this.#changed);
    this.#items.push({
      kind: "group",
      composer: composer as unknown as Composer<ArgumentTypes>,
      filter: readFilter(filter),
    });
    build?.(composer);
    this.#changed();
    return composer;
  }

  /** All handlers in the order of registration, with what stands in front of each. @internal */
  static *entriesOf(composer: Composer<ArgumentTypes>, before: readonly Step[] = []): Generator<Entry> {
    let steps = before;
    for (const item of composer.#items) {
      if (item.kind === "middleware") steps = [...steps, { middleware: item.middleware }];
      else if (item.kind === "entry") yield { ...item.entry, steps };
      else yield* Composer.entriesOf(item.composer, [...steps, { filter: item.filter }]);
    }
  }

  #add(entry: Omit<Entry, "steps">): this {
    this.#items.push({ kind: "entry", entry });
    this.#changed();
    return this;
  }
}
