/** The lives of a bot on a stage: killed again and again, each on what the last one left. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Bot, type BotOptions, memoryStore, type Store } from "../src/bot/index.js";
import type { Stage } from "../src/testing/index.js";
import { copyOf, PATIENCE, type Play, type Printed, play, quietBot, theater } from "./bot-support.js";
import { temporaryFolder } from "./temporary.js";

type Tested = Bot & { readonly printed: readonly Printed[] };

/** The lives of a bot, each with the state and the store that the last one left when it was killed. */
export class Lives {
  readonly stage: Stage<"Alice" | "Bob">;
  readonly #options: BotOptions;
  readonly #folder = temporaryFolder();
  #count = 0;
  #store: Store = memoryStore();
  #last: Play | undefined;

  constructor(stage: Stage<"Alice" | "Bob">, options: BotOptions = {}) {
    this.stage = stage;
    this.#options = options;
  }

  /** Starts the next life. */
  async begin(register: (bot: Bot) => void): Promise<{ bot: Tested } & Play> {
    const bot = quietBot({ ...this.#options, store: this.#store });
    register(bot);
    const played = await play(this.stage, bot, { stateFile: this.#state(this.#count) });
    this.#last = played;
    return { bot, ...played };
  }

  /** Kills the bot: what it has not stored by now is lost. */
  async kill(): Promise<void> {
    const store = await copyOf(this.#store);
    copyFileSync(this.#state(this.#count), this.#state(this.#count + 1));
    this.#count += 1;
    this.#store = store;
    await this.stage.until(this.#last?.client.logout({ drain: false }) ?? Promise.resolve(), PATIENCE);
  }

  #state(count: number): string {
    return join(this.#folder, `${count}.state`);
  }
}

export async function lives(options?: BotOptions): Promise<Lives> {
  return new Lives(await theater({ people: ["Alice", "Bob"] }), options);
}
