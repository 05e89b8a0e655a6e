/** A bot on a stage, and what the tests of bots ask of it. */

import { onTestFinished } from "vitest";
import { Bot, type BotOptions, type Json, memoryStore, type Store } from "../src/bot/index.js";
import type { Client, ClientOptions, Room } from "../src/index.js";
import { type Stage, type StageOptions, setStage } from "../src/testing/index.js";
import { latency } from "./latency.js";

/** Real time that a wait may take, in milliseconds: machines are loaded, and some runs have latency. */
export const PATIENCE = { timeoutMs: 120_000 };

/** A line that a bot prints in a test. */
export interface Printed {
  readonly line: string;
  readonly error: unknown;
}

/** A bot whose lines are kept instead of printed. */
export function quietBot(options: BotOptions = {}): Bot & { readonly printed: readonly Printed[] } {
  const printed: Printed[] = [];
  const bot = new Bot({ print: (line, error) => printed.push({ line, error }), ...options });
  return Object.assign(bot, { printed }) as unknown as Bot & { readonly printed: readonly Printed[] };
}

/** A stage that closes with the test, with the latency of the run. */
export async function theater<const Name extends string = "Alice">(
  options: StageOptions<Name> = {},
): Promise<Stage<Name>> {
  const stage = await setStage<Name>({ ...options, server: { ...latency(), ...options.server } });
  onTestFinished(() => stage.close());
  return stage;
}

/** A bot at work on a stage. */
export interface Play {
  readonly client: Client;
  /** The room in which it works. */
  readonly room: Room;
  /** The texts that the bot has said in the room, without reply prefixes and deleted ones. */
  said(): string[];
  /** Waits until everything that happened before has reached the bot. */
  delivered(): Promise<void>;
  /** Waits until everything that was said before is handled, and every answer is sent. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a bot in the room of a stage, until the test ends. */
export async function play(
  stage: Stage,
  bot: Pick<Bot, "start" | "stop" | "status">,
  { rooms, ...options }: ClientOptions & { readonly rooms?: (client: Client) => readonly Room[] } = {},
): Promise<Play> {
  const client = stage.client(options);
  const room = client.getRoom(stage.room.id);
  const stop = (): Promise<void> => stage.until(bot.stop(), PATIENCE);
  onTestFinished(stop);
  await stage.until(bot.start(rooms?.(client) ?? [room]), PATIENCE);
  let newest = 0;
  const watch = room.watch((event) => {
    newest = Math.max(newest, event.data.message_id ?? 0);
  });
  await stage.until(watch.ready, PATIENCE);
  const isIdle = (): boolean => {
    const { running, questions, waiting, sending } = bot.status();
    return running <= questions && waiting === 0 && sending === 0;
  };
  const delivered = async (): Promise<void> => {
    const { id } = stage.site.user("Fence").in(stage.room).says("fence");
    await stage.until(() => newest >= id, PATIENCE);
  };
  return {
    client,
    room,
    said: () => saidBy(stage),
    delivered,
    async quiet() {
      await delivered();
      await stage.until(isIdle, PATIENCE);
    },
    stop,
  };
}

/** The texts that the stage's bot has said in its room, without reply prefixes and deleted messages. */
export function saidBy(stage: Stage, userId: number = stage.bot.id): string[] {
  return stage.room.messages
    .filter((message) => message.userId === userId && !message.deleted)
    .map(({ source }) => source.replace(/^\s*:\d+\s+(?=\S)|\u2060$/g, ""));
}

/** A copy of a store, as a process that is killed now leaves it. */
export async function copyOf(store: Store): Promise<Store> {
  const copy = memoryStore();
  for await (const [key, value] of store.list()) await copy.set(key, value);
  return copy;
}

/** The content of a store. */
export async function contentOf(store: Store, prefix = ""): Promise<Record<string, Json>> {
  const content: Record<string, Json> = {};
  for await (const [key, value] of store.list(prefix)) content[key] = value;
  return content;
}
