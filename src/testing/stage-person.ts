/** A scripted person on a stage, who posts messages and waits for replies. */
import { UsageError } from "../errors/index.js";
import type { MessageId, RoomName, ServerMessage, ServerRoom, ServerUser, UserInRoom } from "../server/index.js";
import { previewValue } from "../util/options.js";
import type { WaitOptions } from "./clock-driver.js";

/** A message as a person on the stage receives it. */
export interface Heard extends ServerMessage {
  /** Markdown as typed, without the `:id ` prefix of a reply. */
  readonly text: string;
  /** The author's name. */
  readonly userName: string;
}

/** Whether a message is the expected one; may be async. It may be called repeatedly with the same message. */
export type Match = (message: Heard) => boolean | Promise<boolean>;

/** The part of the stage that a person uses. */
interface PersonContext {
  in(room: RoomName): StagePerson;
  hear(after: number, match: Match, wanted: string, options: WaitOptions | undefined): Promise<Heard>;
  /** The id of the newest message of the site. */
  newest(): number;
}

/** A person in a room of a stage, who posts and waits for messages. */
export class StagePerson {
  /** The person's account on the server: `pings`, `suspend()` and more. */
  readonly user: ServerUser;
  /** The person in the room, for every action but talking: `here.stars(message)`, `here.kicks(user)`. */
  readonly here: UserInRoom;
  readonly #context: PersonContext;
  /** The newest message that this person posted or heard. */
  #cursor: number;

  /** @internal */
  constructor(user: ServerUser, room: ServerRoom, context: PersonContext) {
    this.user = user;
    this.here = user.in(room);
    this.#context = context;
    this.#cursor = context.newest();
  }

  /** The chat user id. */
  get id(): number {
    return this.user.id;
  }

  /** The display name. */
  get name(): string {
    return this.user.name;
  }

  /** The same person in another room. */
  in(room: RoomName): StagePerson {
    return this.#context.in(room);
  }

  /** Posts a message or a reply. A later {@link StagePerson.hears} ignores earlier messages. */
  says(markdown: string, options: { readonly replyTo?: MessageId } = {}): ServerMessage {
    const message = this.here.says(markdown, options);
    this.#cursor = message.id;
    return message;
  }

  /**
   * Waits for the next message by someone else after the last one this person posted or heard. Advances the clock
   * meanwhile.
   * @param what - its text, a pattern its text matches, or a predicate. @default any message
   * @throws {TIMED_OUT} listing what was said instead
   */
  async hears(what?: string | RegExp | Match, options?: WaitOptions): Promise<Heard> {
    const [match, wanted] = matching(what);
    const message = await this.#context.hear(this.#cursor, match, wanted, options);
    this.#cursor = message.id;
    return message;
  }
}

function matching(what: string | RegExp | Match | undefined): readonly [Match, string] {
  if (what === undefined) return [() => true, "anything"];
  if (typeof what === "string") return [({ text }) => text === what, JSON.stringify(what)];
  if (typeof what === "function") return [what, "a message that matches the predicate"];
  if (!(what instanceof RegExp))
    throw new UsageError(`hears takes a string, a RegExp or a function, not ${previewValue(what)}`);
  const pattern = new RegExp(what.source, what.flags.replace(/[gy]/g, ""));
  return [({ text }) => pattern.test(text), String(what)];
}
