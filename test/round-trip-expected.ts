/**
 * The values that a page shows of a view, implemented a second time from the protocol, without the templates and the
 * parsers. Counts and times are as exact as the page has them.
 */

import { decodeHTML } from "entities";
import type { PageAuthor, PageMessage, RoomCard, UserCard } from "../src/protocol/pages/index.js";
import type { FrameView, MessageView, PersonView, RoomPageView, RoomView } from "../src/server/pages/views.js";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** Seconds ago, rounded down to the unit of the words on a page; null for never. */
export function agoShown(then: number | null, now: number): number | null {
  if (then === null || then <= 0) return null;
  const seconds = now - then;
  if (seconds < 2) return 0;
  const unit = [MINUTE, HOUR, DAY, YEAR].findIndex((size) => seconds < size);
  const size = [1, MINUTE, HOUR, DAY, YEAR].at(unit) ?? YEAR;
  return Math.floor(seconds / size) * size;
}

/** The visible text of a piece of HTML, on one line. */
export function textShown(html: string): string {
  const text = decodeHTML(html.replace(/<br ?\/?>/g, " ").replace(/<[^>]*>/g, ""));
  return text.replace(/[\t\n\f\r \u00a0]+/g, " ").replace(/^ | $/g, "");
}

/** The digits a page has of a big number: `1234` is `1.2k`. */
export function countShown(count: number): number {
  const unit = count < 1000 ? 1 : count < 1_000_000 ? 1000 : 1_000_000;
  const value = count / unit;
  const shown = unit === 1 || value >= 100 ? Math.floor(value) : Math.min(Math.round(value * 10) / 10, 99.9);
  return Math.round(shown * unit);
}

/** `12:06 PM`, UTC. */
export function clock(time: number): string {
  return new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", hour12: true, timeZone: "UTC" })
    .format(time * 1000)
    .replace(/\s/g, " ");
}

/** `Oct 30, 2018 12:06 PM`, UTC. */
export function dateAndClock(time: number): string {
  const date = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", year: "numeric", timeZone: "UTC" });
  return `${date.format(time * 1000)} ${clock(time)}`;
}

/** A relative label, UTC: `4:49 PM`, `yst 7:51 PM`, `Mon 8:29 PM`, `Apr 19 3:55 PM`, `Oct 2, 17 1:40 PM`. */
export function labelShown(time: number, now: number): string {
  const days = Math.floor(now / DAY) - Math.floor(time / DAY);
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(time * 1000);
  if (days <= 0) return clock(time);
  if (days === 1) return `yst ${clock(time)}`;
  if (days < 7) return `${part({ weekday: "short" })} ${clock(time)}`;
  const isThisYear = new Date(time * 1000).getUTCFullYear() === new Date(now * 1000).getUTCFullYear();
  const date = part({ month: "short", day: "numeric" });
  return isThisYear ? `${date} ${clock(time)}` : `${date}, ${part({ year: "2-digit" })} ${clock(time)}`;
}

/** The minute of a label; undefined when the label is ambiguous: in the future, or in another century. */
export function minuteShown(time: number, now: number): number | undefined {
  return time <= now && time >= Date.UTC(2000, 0) / 1000 ? time - (time % MINUTE) : undefined;
}

/** A URL with a scheme; null if there is none. */
export function addressShown(href: string | null): string | null {
  if (href === null) return null;
  return href.startsWith("//") ? `https:${href}` : href;
}

/** The picture of a person, as big as a profile has it. */
export function avatarShown(emailHash: string): string | null {
  if (!emailHash.startsWith("!")) return `https://www.gravatar.com/avatar/${emailHash}?s=128&d=identicon&r=PG`;
  return /^!(https:)?\/\//.test(emailHash) ? addressShown(emailHash.slice(1)) : null;
}

/** The people in a room in the order of its page, which since 2019 has the viewer last and without the last post. */
export function presentShown({ presentMarkup, room, frame }: RoomPageView): RoomPageView["room"]["present"] {
  const me = room.present.find(({ id }) => id === frame.me?.id);
  if (presentMarkup !== "initPresent-2019" || me === undefined) return room.present;
  return [...room.present.filter(({ id }) => id !== me.id), { ...me, lastPost: null }];
}

/** The viewer of a page with a topbar. */
export function viewerShown({ me }: FrameView): { id: number; name: string } | null {
  return me && { id: me.id, name: me.name };
}

export function authorShown(view: Pick<MessageView, "userId" | "userName"> & { mine?: boolean }): PageAuthor {
  return { userId: view.userId, userName: view.userName, mine: view.mine ?? false };
}

/** A message; `highlight` is the requested one. */
export function messageShown(view: MessageView, highlight: number | null = null): PageMessage {
  return {
    id: view.id,
    contentHtml: view.content,
    deleted: view.content === null,
    replyTo: view.replyTo,
    edited: view.edits > 0,
    ...starsShown(view),
    highlighted: view.id === highlight,
  };
}

/** A pin without a star looks like a pin with one: the servers leave the number out below two (protocol.md §6.4). */
export function starsShown(view: MessageView): Pick<PageMessage, "stars" | "starredByMe" | "pinned" | "pinnedByMe"> {
  const { stars, pins, starredByMe, pinnedByMe } = view;
  return { stars: stars === 0 && pins > 0 ? 1 : stars, starredByMe, pinned: pins > 0, pinnedByMe };
}

/** A room in a list; on a profile `counted` is what that person said there. */
export function roomCardShown(room: RoomView, now: number, counted?: number): RoomCard {
  return {
    id: room.id,
    name: room.name,
    description: room.description,
    parentSiteName: room.parentSiteName,
    isFavorite: room.isFavorite,
    access: room.access,
    frozen: room.frozen,
    deleted: room.deleted,
    lastActivity: {
      when: wordsAgo(room.lastMessageAt, now),
      secondsAgo: agoShown(room.lastMessageAt, now),
      user: room.lastMessageBy && { id: room.lastMessageBy.id, name: room.lastMessageBy.name },
    },
    present: room.present.map((person) => ({
      id: person.id,
      name: person.name,
      lastPost: agoShown(person.lastPost, now),
      messageCount: person.messageCount ?? 0,
    })),
    presentCount: room.present.length,
    messageCount: counted ?? room.messageCount,
    userCount: counted === undefined ? countShown(room.userCount) : null,
  };
}

function wordsAgo(then: number | null, now: number): string {
  const seconds = agoShown(then, now);
  if (seconds === null) return "n/a";
  if (seconds === 0) return "just now";
  const [size, letter] = [
    [YEAR, "y"],
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "m"],
    [1, "s"],
  ].find(([size]) => seconds >= Number(size)) ?? [1, "s"];
  return `${seconds / Number(size)}${letter} ago`;
}

/** A person on the room info page. */
export function userCardShown(
  person: PersonView & { readonly messageCount?: number; readonly lastMessageId?: number },
  now: number | null,
): UserCard {
  return {
    id: person.id,
    name: person.name,
    isModerator: person.isModerator,
    reputation: person.reputation,
    about: person.about,
    lastPost: now === null ? null : agoShown(person.lastPost, now),
    lastPostId: person.lastPost === null ? null : (person.lastMessageId ?? null),
    messageCount: person.messageCount ?? null,
  };
}
