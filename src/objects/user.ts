/** A user account on a chat site. */

import { ignoreUser } from "../protocol/actions/account.js";
import { profilePage } from "../protocol/actions/pages.js";
import { avatarUrl } from "../protocol/actions/people.js";
import type { RawUser } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import { repeatSafely } from "../sending/actions.js";
import { userLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import { type InspectArguments, inspectCustom, inspectFacts, inspectText } from "../util/inspect.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import { LazyFields, type Source } from "./lazy-fields.js";
import type { Room } from "./room.js";

/** The facts about a user. */
export interface UserFacts {
  /** The display name, plain text. */
  name: string;
  /** The "about me" of the chat profile, plain text. */
  about: string;
  /** Whether the account is a moderator. */
  isModerator: boolean;
  /** The total number of chat messages. */
  messageCount: number;
  /** The number of chat rooms the user has posted in. */
  roomCount: number;
  /** The total over all associated accounts; null when the site shows none. */
  reputation: number | null;
  /** When the user was last seen, in milliseconds since the epoch; null when never or unknown. */
  lastSeenAt: number | null;
  /** When the user last posted a message, in milliseconds since the epoch; null when never or unknown. */
  lastMessageAt: number | null;
  /** The URL of the profile on the parent site; null for system users. */
  parentProfileUrl: string | null;
  /** The URL of the avatar; null when the server does not say. */
  avatarUrl: string | null;
  /** The user's recent rooms, as the profile lists them. */
  rooms: Room[];
  /** The number of messages in each of those rooms, by room id. */
  messagesByRoom: ReadonlyMap<number, number>;
}

/**
 * The facts in a record of `POST /user/info`. Its `last_seen` and `last_post` may be about the room in the request
 * (protocol.md §11), so they are left out.
 */
export function factsOfRawUser(raw: RawUser): Partial<UserFacts> {
  return {
    name: raw.name,
    reputation: raw.reputation ?? null,
    ...(raw.is_moderator === undefined ? {} : { isModerator: raw.is_moderator }),
    ...(raw.email_hash === undefined ? {} : { avatarUrl: avatarUrl(raw.email_hash) }),
  };
}

/**
 * A user account. The same id always gives the same object while it is referenced. Negative ids are system users.
 *
 * Every property except {@link User.id} is a promise: its value is fetched on first access and then remembered. It
 * rejects with `NOT_FOUND` when the user does not exist, and with `NOT_UNDERSTOOD` when the site's answer cannot be
 * parsed.
 */
export class User {
  /** The id of the chat account, which may differ from the ids on other sites; negative for system users. */
  readonly id: number;
  readonly #context: ObjectContext;
  readonly #fields: LazyFields<UserFacts>;
  /** Whether the JSON answer, which is more exact, was requested. */
  #isInfoAsked = false;

  /** @internal */
  constructor(context: ObjectContext, id: number) {
    this.id = id;
    this.#context = context;
    const info: Source<UserFacts> = {
      fetch: async () => {
        this.#isInfoAsked = true;
        const raw = await context.identity.userInfo(id);
        return raw ? factsOfRawUser(raw) : {};
      },
    };
    const profile: Source<UserFacts> = { fetch: () => this.#readProfile() };
    const cheap = [info, profile];
    const sources = {
      name: cheap,
      reputation: cheap,
      isModerator: cheap,
      lastSeenAt: [profile],
      lastMessageAt: [profile],
      avatarUrl: cheap,
      about: [profile],
      messageCount: [profile],
      roomCount: [profile],
      parentProfileUrl: [profile],
      rooms: [profile],
      messagesByRoom: [profile],
    };
    this.#fields = new LazyFields<UserFacts>("user", sources, context.identity);
  }

  /**
   * The display name, plain text. From `POST /user/info`, in one request with all other users accessed in the same
   * tick.
   */
  get name(): Promise<string> {
    return this.#fields.get("name");
  }

  /** The "about me" of the chat profile, plain text. From `GET /users/{id}`. */
  get about(): Promise<string> {
    return this.#fields.get("about");
  }

  /** Whether the account is a moderator. From `POST /user/info`. */
  get isModerator(): Promise<boolean> {
    return this.#fields.get("isModerator");
  }

  /** The total number of chat messages. From `GET /users/{id}`. */
  get messageCount(): Promise<number> {
    return this.#fields.get("messageCount");
  }

  /** The number of chat rooms the user has posted in. From `GET /users/{id}`. */
  get roomCount(): Promise<number> {
    return this.#fields.get("roomCount");
  }

  /** The total reputation over all associated accounts; null when the site shows none. From `POST /user/info`. */
  get reputation(): Promise<number | null> {
    return this.#fields.get("reputation");
  }

  /** Roughly how many seconds ago the user was seen on the site; null when never or unknown. From `GET /users/{id}`. */
  get lastSeen(): Promise<number | null> {
    return this.#fields.map("lastSeenAt", "lastSeen", (at) => this.#secondsSince(at));
  }

  /**
   * Roughly how many seconds ago the user posted a message in any room; null when never or unknown. From `GET
   * /users/{id}`.
   */
  get lastMessage(): Promise<number | null> {
    return this.#fields.map("lastMessageAt", "lastMessage", (at) => this.#secondsSince(at));
  }

  /** The URL of the profile on the parent site; null for system users. From `GET /users/{id}`. */
  get parentProfileUrl(): Promise<string | null> {
    return this.#fields.get("parentProfileUrl");
  }

  /** The URL of the avatar; null when the server does not say. */
  get avatarUrl(): Promise<string | null> {
    return this.#fields.get("avatarUrl");
  }

  /** The user's recent rooms, as the profile lists them. From `GET /users/{id}`. */
  get rooms(): Promise<Room[]> {
    return this.#fields.get("rooms");
  }

  /** The number of messages in each of {@link User.rooms}, by room id. From `GET /users/{id}`. */
  get messagesByRoom(): Promise<ReadonlyMap<number, number>> {
    return this.#fields.get("messagesByRoom");
  }

  /** The site the user is on. */
  get site(): Site {
    return this.#context.session.site;
  }

  /**
   * Hides this user's messages from you, or shows them again. Idempotent. `POST /users/ignorelist/add` or `remove`.
   * @param on - false shows them again. @default true
   * @throws {NOT_LOGGED_IN}
   */
  ignore(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    return this.#context.actions.perform(
      {
        tried: `ignore user ${this.id}`,
        lane: userLane(this.id),
        attempt: (signal) => this.#context.session.call(ignoreUser(this.id, on), { signal }),
        lookUp: repeatSafely,
      },
      options,
    );
  }

  /** The values known so far. Makes no request. */
  get peek(): Readonly<Partial<UserFacts>> {
    return this.#fields.known;
  }

  /** Fetches all known values again. */
  refresh(): Promise<void> {
    return this.#fields.refresh();
  }

  /** @internal */
  merge(facts: Partial<UserFacts>, asOf?: number): void {
    this.#fields.merge(facts, asOf);
  }

  /** @internal */
  invalidate(...keys: (keyof UserFacts)[]): void {
    this.#fields.invalidate(...keys);
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const { messagesByRoom: _, ...facts } = this.peek;
    return inspectFacts(`User ${this.id}`, facts, given, inspectText(facts.name, given));
  }

  /** The id, and the name if it is known, such as `User -1 (Community)`. */
  toString(): string {
    return `User ${this.id}${this.peek.name === undefined ? "" : ` (${this.peek.name})`}`;
  }

  async #readProfile(): Promise<Partial<UserFacts>> {
    const { value: page, asOf } = await dated(this.#context, profilePage(this.id));
    const now = this.#context.services.clock.now();
    const ago = (seconds: number | null): number | null => (seconds === null ? null : now - seconds * 1000);
    const { peek } = this;
    // The JSON answers are exact where the page rounds or lacks a value.
    const better = <T>(known: T | undefined, shown: T): boolean =>
      known === undefined && (shown !== null || this.#isInfoAsked);
    const [lastSeenAt, lastMessageAt] = [ago(page.lastSeen), ago(page.lastMessage)];
    return {
      name: page.name,
      about: page.about,
      isModerator: page.isModerator,
      messageCount: page.messageCount,
      roomCount: page.roomCount,
      parentProfileUrl: page.parentProfileUrl,
      rooms: page.rooms.map(({ id, name }) => {
        const room = this.#context.identity.room(id);
        room.merge({ name }, asOf);
        return room;
      }),
      messagesByRoom: new Map(page.rooms.map(({ id, messageCount }) => [id, messageCount ?? 0])),
      ...(better(peek.reputation, page.reputation) ? { reputation: page.reputation } : {}),
      lastSeenAt,
      lastMessageAt,
      ...(better(peek.avatarUrl, page.avatarUrl) ? { avatarUrl: page.avatarUrl } : {}),
    };
  }

  #secondsSince(at: number | null): number | null {
    return at === null ? null : Math.max(0, Math.round((this.#context.services.clock.now() - at) / 1000));
  }
}
