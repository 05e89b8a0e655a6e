/** The lists of a site: rooms, users, search results, and pingable users. */

import { UsageError } from "../errors/index.js";
import { type RoomsQuery, roomsPage, searchPage } from "../protocol/actions/pages.js";
import { avatarUrl, pingableUsers, searchUsers as userSearch } from "../protocol/actions/people.js";
import { resolveId } from "../protocol/ids.js";
import type { RequestOptions } from "../util/options.js";
import { checkOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** Options of `client.rooms`. */
export interface RoomsOptions extends RoomsQuery, RequestOptions {}

/** Options of `client.searchMessages`. */
export interface SearchOptions extends RequestOptions {
  /** Only in this room. */
  readonly room?: Room | number;
  /** Only by this user. */
  readonly user?: User | number;
}

/** The most hits that `/users/search` returns. */
const MAX_USER_HITS = 100;

/** Iterates over the rooms of the site. */
export async function* listRooms(context: ObjectContext, options: RoomsOptions): AsyncGenerator<Room, void> {
  checkOptions("rooms", options, ["tab", "sort", "filter", "frozen", "signal"]);
  const { signal, ...query } = options;
  const seen = new Set<number>();
  for (let number = 1; ; number++) {
    const { value: page, asOf } = await dated(context, roomsPage(query, number), { signal });
    // Activity between two requests reorders the list, so a room may appear again on the next page.
    const fresh = page.rooms.filter(({ id }) => !seen.has(id));
    for (const card of fresh) {
      seen.add(card.id);
      const room = context.identity.room(card.id);
      const { name, description, parentSiteName, isFavorite, access, frozen, deleted, messageCount, userCount } = card;
      const facts = {
        name,
        description,
        parentSiteName,
        isFavorite,
        state: { access, frozen, deleted },
        ...(messageCount === null ? {} : { messageCount }),
        ...(userCount === null ? {} : { userCount }),
      };
      room.merge(facts, asOf);
      yield room;
    }
    if (number >= page.pageCount || page.rooms.length === 0) return;
  }
}

/** Iterates over the users whose names contain a text; the server returns at most 100. */
export async function* findUsers(
  context: ObjectContext,
  text: string,
  options: RequestOptions,
): AsyncGenerator<User, void> {
  if (typeof text !== "string" || text.trim() === "") throw new UsageError("searchUsers needs a non-empty text");
  const { value: hits, asOf } = await dated(context, userSearch(text, MAX_USER_HITS), options);
  for (const hit of hits) {
    const user = context.identity.named(hit.id, hit.name, asOf);
    user.merge({ avatarUrl: avatarUrl(hit.emailHash) }, asOf);
    yield user;
  }
}

/** Iterates over the messages that contain a text, in the server's order. */
export async function* findMessages(
  context: ObjectContext,
  text: string,
  options: SearchOptions,
): AsyncGenerator<Message, void> {
  checkOptions("searchMessages", options, ["room", "user", "signal"]);
  if (typeof text !== "string" || text.trim() === "") throw new UsageError("searchMessages needs a non-empty text");
  const { site } = context.session;
  const query = {
    text,
    ...(options.room === undefined ? {} : { roomId: resolveId(site, "room", options.room) }),
    ...(options.user === undefined ? {} : { userId: resolveId(site, "user", options.user) }),
  };
  const { signal } = options;
  for (let number = 1; ; number++) {
    const { value: page, asOf } = await dated(context, searchPage(query, number), { signal });
    for (const hit of page.hits) {
      const message = context.identity.message(hit.id);
      const roomId = hit.roomId ?? query.roomId;
      const facts = {
        content: hit.contentHtml,
        deleted: hit.deleted,
        stars: hit.stars,
        starredByYou: hit.starredByMe,
        pinned: hit.pinned,
        edited: hit.edited,
        owner: hit.userId === null ? null : context.identity.named(hit.userId, hit.userName, asOf),
        ...(roomId === undefined ? {} : { room: context.identity.room(roomId) }),
      };
      message.merge(facts, asOf);
      yield message;
    }
    if (number >= page.pageCount || page.hits.length === 0) return;
  }
}

/** The users whom a mention in a room notifies. */
export function pingableIn(context: ObjectContext, room: Room, options: RequestOptions): Promise<User[]> {
  const { session, actions } = context;
  return actions.track(async () => {
    if (session.canLogIn) await session.login();
    const { value: users, asOf } = await dated(context, pingableUsers(room.id), options);
    // The times in the answer are about this room, not about the site.
    return users.map(({ id, name }) => context.identity.named(id, name, asOf));
  });
}
