/** The REPL's own commands: `.rooms`, `.watch`, `.unwatch` and a longer `.help`. */
import type { REPLServer } from "node:repl";
import type { Client, Watch } from "../../index.js";
import { MessagePrinter } from "../output/message-printer.js";
import { oneLine } from "../output/text.js";
import { TailWriter } from "../tail/writer.js";
import type { Evaluation } from "./evaluation.js";
import type { Paint } from "./shown.js";

/** How many rooms `.rooms` lists. */
const listedRooms = 20;

/** What the commands work with. */
export interface CommandTools {
  readonly server: REPLServer;
  readonly evaluation: Evaluation;
  readonly chat: Client;
  readonly paint: Paint;
  readonly colours: boolean;
  /** The end of `.help`. */
  readonly examples: readonly string[];
  /** Writes above the prompt. */
  readonly above: (text: string) => void;
  /** The width of the terminal. */
  readonly columns: () => number;
}

/** The commands, and what they remember. */
export class Commands {
  readonly #tools: CommandTools;
  readonly #watched = new Map<number, Watch>();
  /** The names of the rooms that are watched. */
  readonly #names = new Map<number, string>();
  readonly #seen = new Set<number>([1]);
  readonly #writer: TailWriter;
  /** Events are shown one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(tools: CommandTools) {
    this.#tools = tools;
    const { server } = tools;
    this.#writer = writerOf(tools, this.#names);
    const define = (name: string, help: string, action: (argument: string) => void): void =>
      server.defineCommand(name, { help, action: (argument) => action(argument.trim()) });
    define("rooms", "Lists rooms: .rooms [words in the name]", (filter) => this.#run(() => this.#listRooms(filter)));
    define("watch", "Shows what happens in a room above the prompt: .watch [id]", (id) =>
      this.#run(() => this.#watch(id)),
    );
    define("unwatch", "Ends .watch: .unwatch [id], of all rooms without an id", (id) =>
      this.#run(async () => this.#unwatch(id)),
    );
    define("help", "Prints this", () => {
      this.#write(this.#help());
      server.displayPrompt();
    });
  }

  /** The rooms that were listed or watched. */
  get roomIds(): readonly number[] {
    return [...this.#seen].sort((a, b) => a - b);
  }

  /** The rooms that are watched now. */
  get watchedIds(): readonly number[] {
    return [...this.#watched.keys()];
  }

  /** Ends all watching. */
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
      if (count > listedRooms) {
        this.#write(paint("dim", "there are more; .rooms WORDS looks for those with the words in the name"));
        return;
      }
      this.#seen.add(room.id);
      const { name = "", description = "" } = room.peek;
      const what = oneLine(description).slice(0, 60);
      this.#write(`${String(room.id).padStart(6)}  ${oneLine(name)}  ${paint("dim", what)}`);
    }
    if (count === 0)
      this.#write(filter ? `no room is called anything like "${oneLine(filter)}"` : "there are no rooms");
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
        this.#turn = shown.catch(() => {}); // the client tells of it; the next is shown all the same
        return shown;
      });
      this.#watched.set(id, watch);
      await watch.ready.catch((error: unknown) => {
        this.#forget(id);
        throw error;
      });
    }
    this.#seen.add(id);
    const presence = isLoggedIn ? "you are in the room" : "from outside, as nobody";
    this.#write(`watching ${name} (${presence}); .unwatch ${id} ends it`);
  }

  #unwatch(argument: string): void {
    const id = argument === "" ? undefined : this.#idOf(argument, "unwatch");
    if (argument !== "" && id === undefined) return;
    const ids = id === undefined ? this.watchedIds : this.watchedIds.filter((watched) => watched === id);
    if (ids.length === 0) this.#write("that is not watched");
    for (const each of ids) {
      this.#forget(each);
      this.#write(`room ${each} is watched no more`);
    }
  }

  #forget(id: number): void {
    this.#watched.get(id)?.close();
    this.#watched.delete(id);
    this.#names.delete(id);
  }

  /** The id that was typed; without one the sandbox. */
  #idOf(argument: string, command: string): number | undefined {
    if (argument === "") return 1;
    const id = Number(/^\d+$/.test(argument) ? argument : Number.NaN);
    if (Number.isSafeInteger(id) && id > 0) return id;
    this.#write(`.${command} takes the number of a room, such as .${command} 1; .rooms lists them`);
    return undefined;
  }

  #help(): string {
    const { server, paint, examples } = this.#tools;
    const names = Object.keys(server.commands).sort();
    const lines = names.map((name) => `.${name.padEnd(9)} ${server.commands[name]?.help ?? ""}`);
    return [...lines, "", "For example:", ...examples.map((line) => `  ${paint("cyan", line)}`)].join("\n");
  }
}

/** Shows events above the prompt as `tail --follow` shows them; several rooms with their names. */
function writerOf(
  { paint, colours, columns, above, chat }: CommandTools,
  rooms: ReadonlyMap<number, string>,
): TailWriter {
  const output = {
    colours,
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
