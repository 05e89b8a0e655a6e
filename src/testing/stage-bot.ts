/** The bot that a stage runs: starts it with a client of its own, stops it, and starts it again. */
import { UsageError } from "../errors/index.js";
import type { Client, ClientOptions, Room } from "../index.js";
import { describeValue } from "../util/options.js";

/** A bot that a stage can run, such as a `Bot` of `chatexchange-ts/bot`. */
export interface StageBot {
  /** Starts in these rooms; resolves when the bot is listening. */
  start(rooms: readonly Room[]): Promise<unknown>;
  /** Ends what it does; resolves when that is done. */
  stop(): Promise<unknown>;
  /** Registers a listener for failures that the bot handles itself, so that `stage.failures` has them, too. */
  onFailure?(listener: (error: unknown) => void): unknown;
}

/** The part of the stage that a running bot uses. */
interface BotContext {
  readonly roomId: number;
  client(options: ClientOptions): Client;
  report(error: unknown): void;
  /** Awaits a promise, and advances the clock meanwhile. */
  until<T>(promise: Promise<T>): Promise<T>;
}

/** Whether the option `bot` of a stage is a bot to run, rather than an account. */
export function isBotToRun(bot: unknown): bot is StageBot | (() => StageBot) {
  return typeof bot === "function" || isStageBot(bot);
}

function isStageBot(bot: unknown): bot is StageBot {
  if (typeof bot !== "object" || bot === null || !("start" in bot) || !("stop" in bot)) return false;
  return typeof bot.start === "function" && typeof bot.stop === "function";
}

/** A bot on a stage, and its client. */
export class RunningBot {
  readonly #bot: StageBot | (() => StageBot);
  readonly #clientOptions: ClientOptions;
  readonly #context: BotContext;
  #current: { readonly bot: StageBot; readonly client: Client } | null = null;

  constructor(bot: StageBot | (() => StageBot), clientOptions: ClientOptions, context: BotContext) {
    this.#bot = bot;
    this.#clientOptions = clientOptions;
    this.#context = context;
  }

  async start(): Promise<void> {
    const bot: unknown = typeof this.#bot === "function" ? this.#bot() : this.#bot;
    if (!isStageBot(bot))
      throw new UsageError(`bot must return an object with start() and stop(), not ${describeValue(bot)}`);
    const client = this.#context.client(this.#clientOptions);
    this.#current = { bot, client };
    bot.onFailure?.((error) => this.#context.report(error));
    await this.#context.until(bot.start([client.getRoom(this.#context.roomId)]));
  }

  /** @throws {UsageError} if the bot was not given as a function */
  async restart(): Promise<void> {
    if (typeof this.#bot !== "function")
      throw new UsageError("restart() needs a function that makes the bot, as in setStage({ bot: () => makeBot() })");
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const current = this.#current;
    this.#current = null;
    if (!current) return;
    await this.#context.until(current.bot.stop());
    await this.#context.until(current.client.logout());
  }
}
