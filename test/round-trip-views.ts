/**
 * Views for the round trips: valid for a server, with hostile texts. Names are trimmed, ids of messages ascend, and a
 * star of the viewer counts as a star; the texts break quotes, tags, scripts and parsers.
 */
import fc from "fast-check";
import { renderMarkdown } from "../src/protocol/markup/index.js";
import type {
  FrameView,
  HistoryPageView,
  LoginPageView,
  MessageView,
  PersonView,
  ProfilePageView,
  RevisionView,
  RoomInfoPageView,
  RoomPageView,
  RoomsPageView,
  RoomView,
  SearchPageView,
  TranscriptPageView,
} from "../src/server/pages/views.js";
import { content, line, name } from "./round-trip-texts.js";

const DAY = 86_400;

const id: fc.Arbitrary<number> = fc.oneof(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
const userId: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: id },
  { weight: 1, arbitrary: fc.integer({ min: -999, max: -1 }) },
);
const count: fc.Arbitrary<number> = fc.oneof(fc.nat(30), fc.nat(2000), fc.nat(9_999_999));
const time: fc.Arbitrary<number> = fc.integer({ min: 1, max: 1_799_999_999 });
const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
const emailHash: fc.Arbitrary<string> = fc.oneof(
  hex,
  fc.constantFrom("!https://i.sstatic.net/x.png?s=128&g=1", "!//i.sstatic.net/x'\".png", "!javascript:alert(1)", "!"),
);
const tags = fc.uniqueArray(fc.constantFrom("c++", "c#", "java", ".net", "über-tag", "a&b", "<tag>", "日本"), {
  maxLength: 4,
});
const day: fc.Arbitrary<string> = fc
  .integer({ min: 14_000, max: 20_800 })
  .map((days) => new Date(days * DAY * 1000).toISOString().slice(0, 10));

const person: fc.Arbitrary<PersonView> = fc.record({
  id: userId,
  name,
  emailHash,
  reputation: count,
  isModerator: fc.boolean(),
  isOwner: fc.boolean(),
  lastPost: fc.option(time),
  lastSeen: fc.option(time),
  about: line,
  parentProfileUrl: fc.option(
    fc.constantFrom("//stackoverflow.com/users/5/x", "https://meta.stackexchange.com/users/9/a-b"),
  ),
  parentSiteName: fc.constantFrom("Stack Overflow", 'Code Golf & "Puzzles"'),
});
const people: fc.Arbitrary<PersonView[]> = fc.uniqueArray(person, { selector: (one) => one.id, maxLength: 4 });
const talkers: fc.Arbitrary<(PersonView & { messageCount: number })[]> = fc
  .array(fc.tuple(person, count), { maxLength: 3 })
  .map((pairs) => pairs.map(([one, messageCount]) => ({ ...one, messageCount })));

const room: fc.Arbitrary<RoomView> = fc
  .record({
    id,
    name,
    description: line,
    tags,
    access: fc.constantFrom("public", "gallery", "private"),
    frozen: fc.boolean(),
    deleted: fc.boolean(),
    isFavorite: fc.boolean(),
    parentSiteName: fc.constantFrom("Stack Overflow", 'Code Golf & "Puzzles"'),
    parentSiteUrl: fc.constantFrom("https://stackoverflow.com", "//codegolf.stackexchange.com"),
    messageCount: count,
    userCount: count,
    firstMessageAt: fc.option(time),
    lastMessageAt: fc.option(time),
    lastMessageBy: fc.option(person),
    present: talkers,
  })
  .map((fields) => ({ ...fields, descriptionHtml: renderMarkdown(fields.description) }));

const siteName = fc.constantFrom("The Stack Exchange Network", "Stack Overflow", "Meta Stack Exchange");

const frame: fc.Arbitrary<FrameView> = fc.record({
  siteName,
  siteUrl: fc.constantFrom("https://stackoverflow.com", "//meta.stackexchange.com"),
  chatHost: fc.constant("chat.stackexchange.com"),
  loginUrl: fc.constantFrom("https://stackoverflow.com/users/login?returnurl=%2f", "/users/login"),
  me: fc.option(person.map((one) => ({ ...one, id: Math.abs(one.id) }))),
  fkey: hex,
  activeUsers: fc.nat(5000),
  activeRooms: fc.nat(500),
  now: fc.integer({ min: 1_600_000_000, max: 1_800_000_000 }),
});

const author: fc.Arbitrary<Pick<MessageView, "userId" | "userName" | "emailHash">> = fc.record({
  userId: fc.option(userId, { freq: 8 }),
  userName: name,
  emailHash,
});

/** A message without its time, room and author. */
const said = fc
  .record({
    content: fc.option(content, { freq: 8 }),
    replyTo: fc.option(id, { freq: 2 }),
    replyToName: fc.option(name),
    replyMarkup: fc.constantFrom("reply-info", "2025-07", "2025"),
    edits: fc.constantFrom(0, 0, 1, 3),
    stars: fc.constantFrom(0, 0, 1, 2, 1234),
    pins: fc.constantFrom(0, 0, 0, 1, 2),
    starredByMe: fc.boolean(),
    pinnedByMe: fc.boolean(),
  })
  .map((fields) => ({
    ...fields,
    starredByMe: fields.starredByMe && fields.stars > 0,
    pinnedByMe: fields.pinnedByMe && fields.pins > 0,
  }));

interface Conversation {
  readonly me: PersonView | null;
  readonly roomId: number;
  /** The first and last second of the messages. */
  readonly from: number;
  readonly to: number;
}

/** Messages of a few people, ascending in id and time. */
function conversation({ me, roomId, from, to }: Conversation, maxLength: number): fc.Arbitrary<MessageView[]> {
  const authors = fc.uniqueArray(author, { selector: (one) => one.userId, minLength: 1, maxLength: 4 });
  const mine = { userId: me?.id ?? 1, userName: me?.name ?? "Anna", emailHash: "0" };
  const turn = fc.record({
    who: fc.nat(4),
    gap: fc.oneof(fc.nat(120), fc.nat(8000)),
    step: fc.integer({ min: 1, max: 9 }),
    said,
  });
  return fc.tuple(authors, fc.array(turn, { maxLength })).map(([others, turns]) => {
    const everybody = [mine, ...others.filter((one) => one.userId !== mine.userId)];
    let at = from;
    let last = 40;
    return turns.map(({ who, gap, step, said }) => {
      at = Math.min(at + gap, to);
      last += step;
      const by = everybody[who % everybody.length] ?? mine;
      const replyTo = said.replyTo === last ? null : said.replyTo;
      return { ...said, ...by, replyTo, id: last, roomId, timeStamp: at, mine: me !== null && by.userId === me.id };
    });
  });
}

const hours = fc
  .uniqueArray(fc.integer({ min: 1, max: 23 }), { maxLength: 4 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 24])
  .map((edges) => edges.slice(0, -1).map((from, i) => ({ from, to: edges[i + 1] ?? 24 })));

export const transcriptView: fc.Arbitrary<TranscriptPageView> = fc
  .record({ frame, room, day, hourPages: hours, page: fc.nat(4), isWhole: fc.boolean(), pick: fc.nat(12) })
  .chain(({ page, isWhole, pick, ...fixed }) => {
    const pages = isWhole ? [] : fixed.hourPages;
    const shown = pages[page % Math.max(pages.length, 1)] ?? null;
    const start = Date.parse(fixed.day) / 1000;
    const span = { from: start + (shown?.from ?? 0) * 3600, to: start + (shown?.to ?? 24) * 3600 - 1 };
    const messages = conversation({ me: fixed.frame.me, roomId: fixed.room.id, ...span }, 12);
    return fc
      .record({
        messages,
        firstDay: fc.option(day),
        previousDay: fc.option(day),
        nextDay: fc.option(day),
        lastDay: fc.option(day),
        isOwner: fc.boolean(),
        recentMessageCount: fc.nat(99),
      })
      .map((rest) => ({
        ...fixed,
        ...rest,
        hours: shown,
        hourPages: pages.length > 1 ? pages : [],
        highlight: rest.messages[pick]?.id ?? null,
      }));
  });

export const roomPageView: fc.Arbitrary<RoomPageView> = fc
  .record({
    frame,
    room,
    mayPost: fc.boolean(),
    presentMarkup: fc.constantFrom("initPresent", "initPresent-2019", "js-present"),
  })
  .chain((fixed) => {
    const lastMessage = fc
      .tuple(said, author, time)
      .map(([words, by, timeStamp]) => ({ ...words, ...by, id: 5, roomId: 6, timeStamp, mine: false }));
    const myRoom = fc.record({ id, name, lastMessage: fc.option(lastMessage) });
    return fc.record({
      frame: fc.constant(fixed.frame),
      room: fc.constant(fixed.room),
      mayPost: fc.constant(fixed.mayPost && fixed.frame.me !== null && !fixed.room.frozen),
      presentMarkup: fc.constant(fixed.presentMarkup),
      myRooms: fixed.frame.me === null ? fc.constant([]) : fc.array(myRoom, { maxLength: 3 }),
      mentions: fc.dictionary(id.map(String), id, { maxKeys: 3 }),
      ignored: fc.array(userId, { maxLength: 3 }),
    });
  });

const stats = fc.record({
  today: count,
  yesterday: count,
  perDay: count,
  thisWeek: count,
  lastWeek: count,
  perWeek: count,
});

export const roomInfoView: fc.Arbitrary<RoomInfoPageView> = fc.record(
  {
    frame,
    room,
    tab: fc.constantFrom("general", "access", "stars", "feeds"),
    owners: people,
    users: fc.array(fc.tuple(person, count, fc.option(id, { nil: undefined })), { maxLength: 4 }).map((all) =>
      all.map(([one, messageCount, last]) => ({
        ...one,
        messageCount,
        ...(last === undefined ? {} : { lastMessageId: last }),
      })),
    ),
    usersTab: fc.constantFrom("current", "frequent"),
    stats,
    access: fc.record({ owner: people, "read-write": people, "read-only": people }),
    starred: fc.constant([]),
  },
  { requiredKeys: ["frame", "room", "tab", "owners", "users", "stats", "access", "starred"] },
);

const cards = fc
  .array(fc.tuple(room, count), { maxLength: 3 })
  .map((all) => all.map(([one, messagesByUser]) => ({ ...one, messagesByUser })));

export const profileView: fc.Arbitrary<ProfilePageView> = fc.record({
  frame,
  person,
  memberSince: day,
  messageCount: count,
  roomCount: fc.nat(400),
  owning: cards,
  rooms: cards,
});

const paging = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .map(([a, b]) => ({ page: Math.min(a, b), pageCount: Math.max(a, b) }));

export const roomsView: fc.Arbitrary<RoomsPageView> = fc
  .record({
    frame,
    invitations: fc.nat(12),
    rooms: fc.array(room, { maxLength: 4 }),
    tab: fc.constantFrom("all", "favorite", "events", "mine", "invited", "site"),
    sort: fc.constantFrom("active", "created", "people", "event"),
    filter: line,
    showFrozen: fc.boolean(),
    paging,
  })
  .map(({ paging, ...rest }) => ({ ...rest, ...paging }));

/** Any stamp in a page of its own day or another, so that labels come with and without a date. */
function messagesOn(frame: FrameView, roomId: number, maxLength: number): fc.Arbitrary<MessageView[]> {
  return conversation({ me: frame.me, roomId, from: frame.now - 40_000, to: frame.now }, maxLength);
}

export const searchView: fc.Arbitrary<SearchPageView> = fc
  .tuple(frame, id, name, line, paging)
  .chain(([frame, roomId, roomName, query, paging]) =>
    messagesOn(frame, roomId, 6).map((messages) => ({
      frame,
      query: query || "x",
      room: null,
      user: null,
      total: messages.length,
      messages: messages.map((message) => ({ ...message, roomName })),
      ...paging,
    })),
  );

/** Seconds between now and a starred message: of today, of this week, of this year, and older. */
const age = fc.oneof(fc.nat(86_400), fc.nat(8 * 86_400), fc.nat(400 * 86_400), fc.nat(5_000 * 86_400));

/** The stars tab: messages of any age, all of which have stars or pins. */
export const starsTabView: fc.Arbitrary<RoomInfoPageView> = fc
  .tuple(roomInfoView, paging, fc.array(age, { minLength: 6, maxLength: 6 }))
  .chain(([view, paging, ages]) =>
    messagesOn(view.frame, view.room.id, 6).map((messages) => ({
      ...view,
      ...paging,
      tab: "stars" as const,
      starred: messages.map((message, index) => ({
        ...message,
        stars: Math.max(1, message.stars),
        timeStamp: view.frame.now - (ages[index] ?? 0),
      })),
    })),
  );

/** Markdown as typed, one line or several. */
const source: fc.Arbitrary<string> = fc
  .array(line, { minLength: 1, maxLength: 3 })
  .map((lines) => lines.join("\n").trim() || "x");

export const historyView: fc.Arbitrary<HistoryPageView> = fc
  .tuple(frame, room)
  .chain(([frame, room]) =>
    fc.tuple(
      messagesOn(frame, room.id, 1).filter((all) => all.length === 1),
      fc.constant({ frame, room }),
    ),
  )
  .chain(([[message], fixed]) => {
    const step = (label: RevisionView["label"]): fc.Arbitrary<RevisionView> =>
      fc.record({ by: author, timeStamp: time, source }).map(({ by, timeStamp, source }) => ({
        ...by,
        label,
        timeStamp,
        content: label === "deleted" ? null : renderMarkdown(source),
        source: label === "deleted" ? null : source,
      }));
    const later = fc.array(fc.oneof(step("edited"), step("edited"), step("deleted")), { maxLength: 4 });
    const life = fc.tuple(later, step("said")).map(([steps, first]) => [...steps, first]);
    return fc.record({
      frame: fc.constant(fixed.frame),
      room: fc.constant(fixed.room),
      message: message ? fc.constant(message) : fc.constant<never>(undefined as never),
      revisions: fc.oneof({ weight: 6, arbitrary: life }, { weight: 1, arbitrary: fc.constant([]) }),
      pinners: fc.array(fc.record({ id, name, timeStamp: time }), { maxLength: 3 }),
    });
  });

/** Starred messages of a room, and their viewer. */
export const starsView: fc.Arbitrary<{ messages: MessageView[]; viewer: PersonView | null }> = frame.chain((frame) =>
  messagesOn(frame, 1, 6).map((messages) => ({
    viewer: frame.me,
    messages: messages
      .filter(({ stars, pins }) => stars > 0 || pins > 0)
      .map((message) => ({ ...message, content: message.content ?? "x" })),
  })),
);

export const loginView: fc.Arbitrary<LoginPageView> = fc.record({
  siteName,
  fkey: hex,
  returnUrl: line,
  message: fc.option(line),
  accounts: fc.array(fc.record({ email: line, name }), { maxLength: 3 }),
});

export { frame as frameView };
