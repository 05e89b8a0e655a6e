/** Lists of the site: its rooms, its people, search hits, and who is where. */

import { UsageError } from "../errors/index.js";
import { type RoomsQuery, roomsPage, searchPage } from "../protocol/actions/pages.js";
import { avatarUrl, pingableUsers, searchUsers as userSearch } from "../protocol/actions/people.js";
import { idOf } from "../protocol/ids.js";
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

/** The most hits that `/users/search` gives. */
const userSearchLimit = 100;

/** The rooms of the site. */
export async function* rooms(context: ObjectContext, options: RoomsOptions): AsyncGenerator<Room, void> {
  checkOptions("rooms", options, ["tab", "sort", "filter", "frozen", "signal"]);
  const { signal, ...query } = options;
  const seen = new Set<number>();
  for (let number = 1; ; number++) {
    const { value: page, asOf } = await dated(context, roomsPage(query, number), { signal });
    // People talk between two pages, so a room may appear again on the next.
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

/** The people whose names contain a text; the server gives 100 at most. */
export async function* searchUsers(
  context: ObjectContext,
  text: string,
  options: RequestOptions,
): AsyncGenerator<User, void> {
  if (typeof text !== "string" || text.trim() === "") throw new UsageError("a search for users needs a text");
  const { value: hits, asOf } = await dated(context, userSearch(text, userSearchLimit), options);
  for (const hit of hits) {
    const user = context.identity.named(hit.id, hit.name, asOf);
    user.merge({ avatarUrl: avatarUrl(hit.emailHash) }, asOf);
    yield user;
  }
}

/** Messages that contain a text, in the server's order. */
export async function* searchMessages(
  context: ObjectContext,
  text: string,
  options: SearchOptions,
): AsyncGenerator<Message, void> {
  checkOptions("searchMessages", options, ["room", "user", "signal"]);
  if (typeof text !== "string" || text.trim() === "") throw new UsageError("a search for messages needs a text");
  const { site } = context.session;
  const query = {
    text,
    ...(options.room === undefined ? {} : { roomId: idOf(site, "room", options.room) }),
    ...(options.user === undefined ? {} : { userId: idOf(site, "user", options.user) }),
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

/** The users whom a mention in a room reaches. */
export function pingableIn(context: ObjectContext, room: Room, options: RequestOptions): Promise<User[]> {
  const { session, actions } = context;
  return actions.tend(async () => {
    if (session.canLogIn) await session.login();
    const { value: users, asOf } = await dated(context, pingableUsers(room.id), options);
    // Their times are of this room, not of the site.
    return users.map(({ id, name }) => context.identity.named(id, name, asOf));
  });
}
