/** A bot that is killed while its answers are on their way: nobody has noted their messages when an edit comes. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Bot, memoryStore, type Store } from "../src/bot/index.js";
import type { ServerMessage, UserInRoom } from "../src/server/index.js";
import { copyOf, PATIENCE, play, quietBot, saidBy, theater } from "./bot-support.js";
import { temporaryFolder } from "./temporary.js";

const register = (bot: Bot): void =>
  void bot
    .command("say <text:text...>", (c) => c.reply(c.args.text))
    .command("long <word>", (c) => c.reply(Array(100).fill(c.args.word.repeat(2)).join(" ")))
    .command("work <text:text...>", async (c) => {
      await c.progress("wait");
      await c.reply(c.args.text);
    })
    .command("same", (c) => c.say("the same"))
    .command("fail", () => Promise.reject(new Error("broken")));

/** A store that takes no more changes from a moment on, as that of a killed process. */
function dying(store: Store): { readonly store: Store; die(): void } {
  let isDead = false;
  const never = new Promise<never>(() => {});
  const orNever =
    <A extends unknown[], R>(act: (...given: A) => Promise<R>) =>
    (...given: A): Promise<R> =>
      isDead ? never : act(...given);
  return {
    store: {
      get: (key) => store.get(key),
      list: (prefix) => store.list(prefix),
      close: () => store.close(),
      set: orNever((key, value) => store.set(key, value)),
      delete: orNever((key) => store.delete(key)),
      update: orNever((key, change) => store.update(key, change)),
    },
    die() {
      isDead = true;
    },
  };
}

interface Case {
  readonly name: string;
  readonly command: string;
  /** Runs when the command is answered, before the bot is killed. Returns the command that is interrupted. */
  readonly before?: (alice: UserInRoom, said: ServerMessage) => ServerMessage;
  readonly afterward: (alice: UserInRoom, said: ServerMessage) => void;
  /** The texts of the bot in the end. */
  readonly answers: readonly string[];
  /** How many messages the killed bot has posted. @default 1 */
  readonly posted?: number;
}

const cases: readonly Case[] = [
  {
    name: "an edit edits the answer",
    command: "!!say one",
    afterward: (alice, said) => alice.edits(said, "!!say two"),
    answers: ["two"],
  },
  {
    name: "a deletion deletes the answer",
    command: "!!say one",
    afterward: (alice, said) => alice.deletes(said),
    answers: [],
  },
  {
    name: "a deletion deletes all parts of a long answer",
    command: "!!long one",
    posted: 2,
    afterward: (alice, said) => alice.deletes(said),
    answers: [],
  },
  {
    name: "an edit to a shorter text deletes the rest of the answer",
    command: "!!long one",
    posted: 2,
    afterward: (alice, said) => alice.edits(said, "!!say two"),
    answers: ["two"],
  },
  {
    name: "an edit of an interrupted edit edits the first answer",
    command: "!!say one",
    before: (alice, said) => alice.edits(said, "!!say two"),
    afterward: (alice, said) => alice.edits(said, "!!say three"),
    answers: ["three"],
  },
  {
    name: "an edit of an interrupted edit to a longer text knows the parts that were added",
    command: "!!say one",
    before: (alice, said) => alice.edits(said, "!!long two"),
    posted: 2,
    afterward: (alice, said) => alice.edits(said, "!!say three"),
    answers: ["three"],
  },
  {
    name: "an edit edits a progress message",
    command: "!!work one",
    afterward: (alice, said) => alice.edits(said, "!!work two"),
    answers: ["two"],
  },
  {
    name: "an edit edits the second of two equal texts",
    command: "!!same",
    before: (alice) => alice.says("!!same"),
    posted: 2,
    afterward: (alice, said) => alice.edits(said, "!!say two"),
    answers: ["the same", "two"],
  },
  {
    name: "an edit edits an apology",
    command: "!!fail",
    afterward: (alice, said) => alice.edits(said, "!!say two"),
    answers: ["two"],
  },
];

test.each(cases)(
  "$name that a killed bot has not noted",
  async ({ command, before, afterward, answers, posted = 1 }) => {
    const stage = await theater({ people: ["Alice"] });
    const alice = stage.people.Alice.here;
    const folder = temporaryFolder();
    const begin = async (store: Store, state: string): Promise<Awaited<ReturnType<typeof play>>> => {
      const bot = quietBot({ store });
      register(bot);
      return play(stage, bot, { stateFile: join(folder, state) });
    };

    const killed = dying(memoryStore());
    const first = await begin(killed.store, "first");
    const die = (): (() => void) =>
      stage.site.onEvent(({ type, messageId }) => {
        const message = messageId === null ? undefined : stage.site.message(messageId);
        if (type <= 2 && message?.userId === stage.bot.id) killed.die();
      });
    if (!before) die();
    let said = alice.says(command);
    if (before) {
      await first.quiet();
      die();
      said = before(alice, said);
    }
    await stage.until(() => saidBy(stage).length >= posted && (!before || saidBy(stage)[0] !== "one"), PATIENCE);
    copyFileSync(join(folder, "first"), join(folder, "second"));
    const store = await copyOf(killed.store);
    await stage.until(first.client.logout({ drain: false }), PATIENCE);

    afterward(alice, said);
    const second = await begin(store, "second");
    await second.quiet();
    expect(saidBy(stage)).toEqual(answers);
  },
);
