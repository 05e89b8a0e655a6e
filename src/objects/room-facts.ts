/** The sources of the facts about a room: the thumbs answer first, the info page for the rest. */

import { roomInfoPage, roomPage, transcriptPage } from "../protocol/actions/pages.js";
import { roomThumbs, tagNames } from "../protocol/actions/people.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RoomPage, TranscriptPage } from "../protocol/pages/index.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import { LazyFields, type Source } from "./lazy-fields.js";
import type { Presence } from "./presence.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** The access to a room, and whether it is frozen or deleted. */
export interface RoomState {
  /** `public`: anyone may talk. `gallery`: anyone may read. `private`: only those let in. */
  readonly access: "public" | "gallery" | "private";
  /** Nobody can post until a moderator thaws it. */
  readonly frozen: boolean;
  /** The room is gone for all but moderators. */
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
  /** How many messages were ever sent here. */
  messageCount: number;
  /** How many people ever took part. */
  userCount: number;
  /** The name of the site the room belongs to; null when it belongs to none. */
  parentSiteName: string | null;
  /** The owners of the room. */
  owners: User[];
  /** Plain text. */
  tags: string[];
  /** The access to the room, and whether it is frozen or deleted. */
  state: RoomState;
  /** Whether it is one of your favorites. */
  isFavorite: boolean;
  /** The users in the room, while it is listened to. */
  present: User[];
  /** How many people were in the room when a transcript page of it was read. Only in `peek`. */
  currentUserCount: number;
  /** How many messages the two hours before that had. Only in `peek`. */
  recentMessageCount: number;
}

/** The lazy fields of one room. */
export function roomFields(context: ObjectContext, room: Room, presence: Presence): LazyFields<RoomFacts> {
  const { id } = room;
  const readThumbs = async (): Promise<Partial<RoomFacts>> => {
    const { name, description, tags, isFavorite } = await context.session.call(roomThumbs(id));
    return {
      name,
      description: htmlToText(description),
      descriptionHtml: description,
      tags: tagNames(tags),
      // An anonymous answer never shows a favorite, so it counts only if there can be no login.
      ...(context.session.readsAsNobody ? {} : { isFavorite }),
    };
  };
  const thumbs: Source<RoomFacts> = { fetch: readThumbs };
  const thumbsAsViewer: Source<RoomFacts> = {
    async fetch() {
      await context.session.viewer();
      return readThumbs();
    },
  };
  const info: Source<RoomFacts> = { fetch: () => readInfo(context, id) };
  const here: Source<RoomFacts> = {
    fetch: async () => ({ present: await presence.fetched(() => usersIn(context, room, {})) }),
  };
  const sidebar: Source<RoomFacts> = {
    fetch: async () => factsOfTranscript(await context.session.call(transcriptPage(id))),
  };
  // Last, so that it is used only when the viewer's answer is wanted anyway.
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
    ...(context.session.readsAsNobody ? {} : { isFavorite }),
  };
}

/** The facts of the sidebar of a transcript page. */
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

/** The facts of a room page, which is read when entering. */
export function factsOfRoomPage(page: RoomPage): Partial<RoomFacts> {
  const { name, description, descriptionHtml, tags, access, frozen, deleted, isFavorite } = page;
  return { name, description, descriptionHtml, tags: [...tags], state: { access, frozen, deleted }, isFavorite };
}

/** The people a room page shows as present. */
export function presentOf(context: ObjectContext, { value: page, asOf }: Dated<RoomPage>): User[] {
  return (page.present ?? []).map((present) => {
    const user = context.identity.named(present.id, present.name, asOf);
    if (present.reputation !== null) user.merge({ reputation: present.reputation }, asOf);
    return user;
  });
}

/** The users in a room now; from outside by the info page, because reading the room page means entering. */
export function usersIn(context: ObjectContext, room: Room, options: RequestOptions): Promise<User[]> {
  const { session, actions } = context;
  return actions.tend(async () => {
    if (room.isInRoom || !session.canLogIn) return presentOf(context, await dated(context, roomPage(room.id), options));
    const { value, asOf } = await dated(context, roomInfoPage(room.id), options);
    return value.users.map(({ id, name }) => context.identity.named(id, name, asOf));
  });
}
