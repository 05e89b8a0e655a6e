/** The REPL's commands: `.rooms`, `.watch`, `.unwatch` and a longer `.help`. */
import type { REPLServer } from "node:repl";
import type { Client, Watch } from "../../index.js";
import { MessagePrinter } from "../output/message-printer.js";
import { oneLine } from "../output/text.js";
import { TailWriter } from "../tail/writer.js";
import type { Evaluation } from "./evaluation.js";
import type { Paint } from "./format.js";

/** The most rooms that `.rooms` lists. */
const MAX_LISTED_ROOMS = 20;

/** The parts that the commands use. */
export interface CommandTools {
  readonly server: REPLServer;
  readonly evaluation: Evaluation;
  readonly chat: Client;
  readonly paint: Paint;
  readonly colors: boolean;
  /** The examples at the end of `.help`. */
  readonly examples: readonly string[];
  /** Prints above the prompt. */
  readonly above: (text: string) => void;
  /** The width of the terminal. */
  readonly columns: () => number;
}

/** The commands and their state. */
export class Commands {
  readonly #tools: CommandTools;
  readonly #watched = new Map<number, Watch>();
  /** The names of the watched rooms. */
  readonly #names = new Map<number, string>();
  readonly #seen = new Set<number>([1]);
  readonly #writer: TailWriter;
  /** Serializes the printing of events. */
  #turn: Promise<void> = Promise.resolve();

  constructor(tools: CommandTools) {
    this.#tools = tools;
    const { server } = tools;
    this.#writer = writerOf(tools, this.#names);
    const define = (name: string, help: string, action: (argument: string) => void): void =>
      server.defineCommand(name, { help, action: (argument) => action(argument.trim()) });
    define("rooms", "List rooms: .rooms [words in the name]", (filter) => this.#run(() => this.#listRooms(filter)));
    define("watch", "Show the events of a room above the prompt: .watch [id]", (id) =>
      this.#run(() => this.#watch(id)),
    );
    define("unwatch", "Stop .watch for a room, or for all: .unwatch [id]", (id) =>
      this.#run(async () => this.#unwatch(id)),
    );
    define("help", "Print this help", () => {
      this.#write(this.#help());
      server.displayPrompt();
    });
  }

  /** The ids of rooms that were listed or watched. */
  get roomIds(): readonly number[] {
    return [...this.#seen].sort((a, b) => a - b);
  }

  /** The ids of the watched rooms. */
  get watchedIds(): readonly number[] {
    return [...this.#watched.keys()];
  }

  /** Stops watching all rooms. */
  close(): void {
    for (const id of this.watchedIds) this.#forget(id);
  }

  #run(work: () => Promise<void>): void {
    this.#tools.server.clearBufferedCommand();
    this.#tools.evaluation.waitFor(work);
  }

  #write(text: string): void {
    this.#tools.server.output.write(`${text}\n`);
  }

  async #listRooms(filter: string): Promise<void> {
    const { chat, paint } = this.#tools;
    let count = 0;
    for await (const room of chat.rooms(filter ? { filter } : {})) {
      count += 1;
      if (count > MAX_LISTED_ROOMS) {
        this.#write(paint("dim", "there are more; use .rooms WORDS to search by name"));
        return;
      }
      this.#seen.add(room.id);
      const { name = "", description = "" } = room.peek;
      const what = oneLine(description).slice(0, 60);
      this.#write(`${String(room.id).padStart(6)}  ${oneLine(name)}  ${paint("dim", what)}`);
    }
    if (count === 0) this.#write(filter ? `no rooms match "${oneLine(filter)}"` : "no rooms");
  }

  async #watch(argument: string): Promise<void> {
    const { chat } = this.#tools;
    const id = this.#idOf(argument, "watch");
    if (id === undefined) return;
    const room = chat.getRoom(id);
    const name = oneLine(`${await room.name}`);
    const isLoggedIn = chat.isLoggedIn;
    if (!this.#watched.has(id)) {
      this.#names.set(id, name);
      const watch = room.watch((event) => {
        const shown = this.#turn.then(() => this.#writer.event(event));
        this.#turn = shown.catch(() => {}); // the client reports it; the next event is still shown
        return shown;
      });
      this.#watched.set(id, watch);
      await watch.ready.catch((error: unknown) => {
        this.#forget(id);
        throw error;
      });
    }
    this.#seen.add(id);
    const presence = isLoggedIn ? "you are in the room" : "anonymous, not in the room";
    this.#write(`watching ${name} (${presence}); .unwatch ${id} to stop`);
  }

  #unwatch(argument: string): void {
    const id = argument === "" ? undefined : this.#idOf(argument, "unwatch");
    if (argument !== "" && id === undefined) return;
    const ids = id === undefined ? this.watchedIds : this.watchedIds.filter((watched) => watched === id);
    if (ids.length === 0) this.#write("not watching that room");
    for (const each of ids) {
      this.#forget(each);
      this.#write(`stopped watching room ${each}`);
    }
  }

  #forget(id: number): void {
    this.#watched.get(id)?.close();
    this.#watched.delete(id);
    this.#names.delete(id);
  }

  /** The id that was typed; by default the sandbox. */
  #idOf(argument: string, command: string): number | undefined {
    if (argument === "") return 1;
    const id = Number(/^\d+$/.test(argument) ? argument : Number.NaN);
    if (Number.isSafeInteger(id) && id > 0) return id;
    this.#write(`.${command} takes a room id, such as .${command} 1; use .rooms to list rooms`);
    return undefined;
  }

  #help(): string {
    const { server, paint, examples } = this.#tools;
    const names = Object.keys(server.commands).sort();
    const lines = names.map((name) => `.${name.padEnd(9)} ${server.commands[name]?.help ?? ""}`);
    return [...lines, "", "Examples:", ...examples.map((line) => `  ${paint("cyan", line)}`)].join("\n");
  }
}

/** Prints events above the prompt as `tail --follow` does, with room names if there are several. */
function writerOf(
  { paint, colors, columns, above, chat }: CommandTools,
  rooms: ReadonlyMap<number, string>,
): TailWriter {
  const output = {
    colors: colors,
    get columns() {
      return columns();
    },
    style: paint,
    print: async (line: string) => above(line),
  };
  const printer = new MessagePrinter(output, { rooms, origin: chat.site.chatOrigin });
  const context = { json: false, printJson: async () => {} };
  return new TailWriter({ context, printer, rooms, quiet: false, parentsAtMost: Number.POSITIVE_INFINITY });
}
