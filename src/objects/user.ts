/** A user account on a chat site. */

import { ignoreUser } from "../protocol/actions/account.js";
import { profilePage } from "../protocol/actions/pages.js";
import { avatarUrl } from "../protocol/actions/people.js";
import type { RawUser } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import { again } from "../sending/actions.js";
import { userLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import { type InspectArguments, inspectCustom, inspected, quoted } from "../util/inspect.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import { LazyFields, type Source } from "./lazy-fields.js";
import type { Room } from "./room.js";

/** The facts about a user. */
export interface UserFacts {
  /** Display name, plain text. */
  name: string;
  /** The "about me" of the chat profile, plain text. */
  about: string;
  /** Whether the account is flagged as a moderator. */
  isModerator: boolean;
  /** How many chat messages the user has sent. */
  messageCount: number;
  /** In how many chat rooms the user has taken part. */
  roomCount: number;
  /** Total over the associated accounts; null when the site shows none. */
  reputation: number | null;
  /** When last seen, in milliseconds since the epoch; null when never or unknown. */
  lastSeenAt: number | null;
  /** When the last message was sent, in milliseconds since the epoch; null when never or unknown. */
  lastMessageAt: number | null;
  /** URL of the profile on the parent site; null for system users. */
  parentProfileUrl: string | null;
  /** URL of the avatar; null when the server does not say. */
  avatarUrl: string | null;
  /** The rooms the user was in lately, as the profile lists them. */
  rooms: Room[];
  /** How many messages the user sent in each of them, by room id. */
  messagesByRoom: ReadonlyMap<number, number>;
}

/**
 * The facts that `POST /user/info` has. Its `last_seen` and `last_post` may be those of the room that the request names
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
 * A user account, the same object for the same id as long as it is referenced. Ids below 0 are system users.
 *
 * Every property but {@link User.id} is fetched when first asked for and may reject: with `NOT_FOUND` when there is no
 * such user, with `NOT_UNDERSTOOD` when the site's answer makes no sense.
 */
export class User {
  /** The number of the chat account, which need not be that of any other site; below 0 for system users. */
  readonly id: number;
  readonly #context: ObjectContext;
  readonly #fields: LazyFields<UserFacts>;
  /** Whether the JSON answer, which is the better one, was requested. */
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

  /** The display name, plain text. From `POST /user/info`, together with everybody else's asked for in the same tick. */
  get name(): Promise<string> {
    return this.#fields.get("name");
  }

  /** The "about me" of the chat profile, plain text. From `GET /users/{id}`. */
  get about(): Promise<string> {
    return this.#fields.get("about");
  }

  /** Whether the account is flagged as a moderator. From `POST /user/info`. */
  get isModerator(): Promise<boolean> {
    return this.#fields.get("isModerator");
  }

  /** How many chat messages the user has sent. From `GET /users/{id}`. */
  get messageCount(): Promise<number> {
    return this.#fields.get("messageCount");
  }

  /** In how many chat rooms the user has taken part. From `GET /users/{id}`. */
  get roomCount(): Promise<number> {
    return this.#fields.get("roomCount");
  }

  /** The total reputation of the associated accounts; null when the site shows none. From `POST /user/info`. */
  get reputation(): Promise<number | null> {
    return this.#fields.get("reputation");
  }

  /** About how many seconds ago the user was seen on the site; null when never or unknown. From `GET /users/{id}`. */
  get lastSeen(): Promise<number | null> {
    return this.#fields.map("lastSeenAt", "lastSeen", (at) => this.#secondsSince(at));
  }

  /**
   * About how many seconds ago the user last said something, in any room; null when never or unknown. From
   * `GET /users/{id}`.
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

  /** The rooms the user was in lately, as the profile lists them. From `GET /users/{id}`. */
  get rooms(): Promise<Room[]> {
    return this.#fields.get("rooms");
  }

  /** How many messages the user sent in each of {@link User.rooms}, by room id. */
  get messagesByRoom(): Promise<ReadonlyMap<number, number>> {
    return this.#fields.get("messagesByRoom");
  }

  /** The site the user is on. */
  get site(): Site {
    return this.#context.session.site;
  }

  /**
   * Hides this user's messages from you, or shows them again. A second call changes nothing.
   * `POST /users/ignorelist/add` or `remove`.
   * @param on - false shows them again. @default true
   * @throws {NOT_LOGGED_IN}
   */
  ignore(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    return this.#context.actions.act(
      {
        tried: `ignore user ${this.id}`,
        lane: userLane(this.id),
        attempt: (signal) => this.#context.session.call(ignoreUser(this.id, on), { signal }),
        find: again,
      },
      options,
    );
  }

  /** The known facts, without a request. */
  get peek(): Readonly<Partial<UserFacts>> {
    return this.#fields.known;
  }

  /** Fetches all known facts again. */
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
    return inspected(`User ${this.id}`, facts, given, quoted(facts.name, given));
  }

  /** Names them by the id, and by the name once that is known: `User -1 (Community)`. */
  toString(): string {
    return `User ${this.id}${this.peek.name === undefined ? "" : ` (${this.peek.name})`}`;
  }

  async #readProfile(): Promise<Partial<UserFacts>> {
    const { value: page, asOf } = await dated(this.#context, profilePage(this.id));
    const now = this.#context.services.clock.now();
    const ago = (seconds: number | null): number | null => (seconds === null ? null : now - seconds * 1000);
    const { peek } = this;
    // The JSON answers are exact where the page is rounded or lacks a fact.
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
