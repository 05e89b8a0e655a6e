/** The sources of a room's facts: the thumbs answer first, the info page for the rest. */

import { roomInfoPage, roomPage, transcriptPage } from "../protocol/actions/pages.js";
import { roomThumbs, tagNames } from "../protocol/actions/people.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RoomPage, TranscriptPage } from "../protocol/pages/index.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import { LazyFields, type Source } from "./lazy-fields.js";
import type { RoomPresence } from "./presence.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** The access to a room, and whether it is frozen or deleted. */
export interface RoomState {
  /** `public`: anyone may write. `gallery`: anyone may read. `private`: only users with access may read. */
  readonly access: "public" | "gallery" | "private";
  /** Whether the room is frozen: nobody can post until a moderator unfreezes it. */
  readonly frozen: boolean;
  /** Whether the room is deleted: only moderators can see it. */
  readonly deleted: boolean;
}

/** The facts about a room. */
export interface RoomFacts {
  /** Plain text. */
  name: string;
  /** Plain text. */
  description: string;
  /** The description as the server renders it. */
  descriptionHtml: string;
  /** The total number of messages. */
  messageCount: number;
  /** The number of users who ever posted here. */
  userCount: number;
  /** The name of the parent site; null when there is none. */
  parentSiteName: string | null;
  /** The owners of the room. */
  owners: User[];
  /** Plain text. */
  tags: string[];
  /** The access to the room, and whether it is frozen or deleted. */
  state: RoomState;
  /** Whether it is one of your favorites. */
  isFavorite: boolean;
  /** The users in the room, while you listen to it. */
  present: User[];
  /** The number of users in the room when a transcript page was read. Available only in `peek`. */
  currentUserCount: number;
  /** The number of messages in the two hours before that. Available only in `peek`. */
  recentMessageCount: number;
}

/** The lazy fields of one room. */
export function roomFields(context: ObjectContext, room: Room, presence: RoomPresence): LazyFields<RoomFacts> {
  const { id } = room;
  const readThumbs = async (): Promise<Partial<RoomFacts>> => {
    const { name, description, tags, isFavorite } = await context.session.call(roomThumbs(id));
    return {
      name,
      description: htmlToText(description),
      descriptionHtml: description,
      tags: tagNames(tags),
      // An anonymous answer never shows a favorite, so it counts only if the client has no login.
      ...(context.session.readsAnonymously ? {} : { isFavorite }),
    };
  };
  const thumbs: Source<RoomFacts> = { fetch: readThumbs };
  const thumbsAsViewer: Source<RoomFacts> = {
    async fetch() {
      await context.session.logInIfPossible();
      return readThumbs();
    },
  };
  const info: Source<RoomFacts> = { fetch: () => readInfo(context, id) };
  const here: Source<RoomFacts> = {
    fetch: async () => ({ present: await presence.load(() => usersIn(context, room, {})) }),
  };
  const sidebar: Source<RoomFacts> = {
    fetch: async () => factsOfTranscript(await context.session.call(transcriptPage(id))),
  };
  // Last, so that it is used only when a field needs the logged-in answer anyway.
  const cheap = [thumbs, info, thumbsAsViewer];
  const sources = {
    name: cheap,
    description: cheap,
    descriptionHtml: cheap,
    tags: cheap,
    isFavorite: [thumbsAsViewer, info],
    messageCount: [info],
    userCount: [info],
    parentSiteName: [info],
    owners: [info],
    state: [info],
    present: [here],
    currentUserCount: [sidebar],
    recentMessageCount: [sidebar],
  };
  return new LazyFields<RoomFacts>("room", sources, context.identity);
}

async function readInfo(context: ObjectContext, id: number): Promise<Partial<RoomFacts>> {
  const { value: info, asOf } = await dated(context, roomInfoPage(id));
  const { name, description, descriptionHtml, messageCount, userCount, parentSiteName, access, frozen, isFavorite } =
    info;
  return {
    name,
    description,
    descriptionHtml,
    tags: [...info.tags],
    messageCount,
    userCount,
    parentSiteName,
    owners: info.owners.map((owner) => context.identity.named(owner.id, owner.name, asOf)),
    state: { access, frozen, deleted: false },
    ...(context.session.readsAnonymously ? {} : { isFavorite }),
  };
}

/** The facts in the sidebar of a transcript page. */
export function factsOfTranscript(page: TranscriptPage): Partial<RoomFacts> {
  const { roomName, roomDescription, tags, currentUserCount, recentMessageCount } = page;
  return {
    name: roomName,
    description: roomDescription,
    tags: [...tags],
    ...(currentUserCount === null ? {} : { currentUserCount }),
    ...(recentMessageCount === null ? {} : { recentMessageCount }),
  };
}

/** The facts on a room page, which is read when entering the room. */
export function factsOfRoomPage(page: RoomPage): Partial<RoomFacts> {
  const { name, description, descriptionHtml, tags, access, frozen, deleted, isFavorite } = page;
  return { name, description, descriptionHtml, tags: [...tags], state: { access, frozen, deleted }, isFavorite };
}

/** The users that a room page shows as present. */
export function presentOf(context: ObjectContext, { value: page, asOf }: Dated<RoomPage>): User[] {
  return (page.present ?? []).map((present) => {
    const user = context.identity.named(present.id, present.name, asOf);
    if (present.reputation !== null) user.merge({ reputation: present.reputation }, asOf);
    return user;
  });
}

/** The users in a room now. From outside they come from the info page, because reading the room page means entering. */
export function usersIn(context: ObjectContext, room: Room, options: RequestOptions): Promise<User[]> {
  const { session, actions } = context;
  return actions.track(async () => {
    if (room.isInRoom || !session.canLogIn) return presentOf(context, await dated(context, roomPage(room.id), options));
    const { value, asOf } = await dated(context, roomInfoPage(room.id), options);
    return value.users.map(({ id, name }) => context.identity.named(id, name, asOf));
  });
}
