/** Somebody on a stage: says things, and waits for what is said. */
import { UsageError } from "../errors/index.js";
import type { MessageId, RoomName, ServerMessage, ServerRoom, ServerUser, UserInRoom } from "../server/index.js";
import { shown } from "../util/options.js";
import type { WaitOptions } from "./turning.js";

/** A message as somebody on the stage hears it. */
export interface Heard extends ServerMessage {
  /** Markdown as typed, without the `:id ` of a reply. */
  readonly text: string;
  /** The author's name. */
  readonly userName: string;
}

/** Whether a message is the one waited for, at once or by a promise. It may be asked again about the same message. */
export type Match = (message: Heard) => boolean | Promise<boolean>;

/** What a person needs of the stage. */
interface Ears {
  in(room: RoomName): StagePerson;
  hear(after: number, match: Match, wanted: string, options: WaitOptions | undefined): Promise<Heard>;
  /** The newest message of the site. */
  newest(): number;
}

/** Somebody in a room of a stage, who speaks and listens. */
export class StagePerson {
  /** The person on the server: account, `pings`, `suspend()`. */
  readonly user: ServerUser;
  /** This person in the room, for all that is not talk: `here.stars(message)`, `here.kicks(user)`. */
  readonly here: UserInRoom;
  readonly #ears: Ears;
  /** The newest message that was said or heard. */
  #cursor: number;

  /** @internal */
  constructor(user: ServerUser, room: ServerRoom, ears: Ears) {
    this.user = user;
    this.here = user.in(room);
    this.#ears = ears;
    this.#cursor = ears.newest();
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
    return this.#ears.in(room);
  }

  /** Says something, also as a reply. What was said before is no answer to it: `hears` listens from here on. */
  says(markdown: string, options: { readonly replyTo?: MessageId } = {}): ServerMessage {
    const message = this.here.says(markdown, options);
    this.#cursor = message.id;
    return message;
  }

  /**
   * Waits for the next message of somebody else, after what this person last said or heard; the clock is turned
   * meanwhile.
   * @param what - its text, an expression that its text matches, or a condition. @default any message
   * @throws {TIMED_OUT} when it does not come, saying what was said instead
   */
  async hears(what?: string | RegExp | Match, options?: WaitOptions): Promise<Heard> {
    const [match, wanted] = matching(what);
    const message = await this.#ears.hear(this.#cursor, match, wanted, options);
    this.#cursor = message.id;
    return message;
  }
}

function matching(what: string | RegExp | Match | undefined): readonly [Match, string] {
  if (what === undefined) return [() => true, "anything"];
  if (typeof what === "string") return [({ text }) => text === what, JSON.stringify(what)];
  if (typeof what === "function") return [what, "what the condition asks for"];
  if (!(what instanceof RegExp)) throw new UsageError(`hears takes a text, a RegExp or a function, not ${shown(what)}`);
  const pattern = new RegExp(what.source, what.flags.replace(/[gy]/g, ""));
  return [({ text }) => pattern.test(text), String(what)];
}
