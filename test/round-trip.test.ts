/**
 * The client's parsers read exactly what the local server's pages show: parse(render(view)) = view, for every value that
 * a parser has. Neither side was derived from the other, so a disagreement is an error in one of them.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseChatPage,
  parseHistoryPage,
  parseLoginPage,
  parseProfilePage,
  parseRoomAccessPage,
  parseRoomInfoPage,
  parseRoomPage,
  parseRoomsPage,
  parseSearchPage,
  parseStarsFragment,
  parseStarsPage,
  parseTranscriptPage,
  recognizeErrorPage,
} from "../src/protocol/pages/index.js";
import {
  renderCaptcha,
  renderError,
  renderFaq,
  renderHistory,
  renderJoinFavorite,
  renderLogin,
  renderLogout,
  renderNotFound,
  renderPrivateRoom,
  renderProfile,
  renderRoom,
  renderRoomInfo,
  renderRooms,
  renderSearch,
  renderStarsFragment,
  renderTranscript,
} from "../src/server/pages/index.js";
import * as shown from "./round-trip-expected.js";
import * as views from "./round-trip-views.js";
import { sizeOf } from "./sizes.js";

const RUNS = sizeOf({ near: 40, release: 600 });

function holds<T>(view: fc.Arbitrary<T>, check: (view: T) => void): void {
  fc.assert(fc.property(view, check), { numRuns: RUNS });
}

describe("parse(render(view)) is the view", () => {
  it("for a day of a transcript", () => {
    holds(views.transcriptView, (view) => {
      const { frame, room, day, highlight } = view;
      const { messages, ...page } = parseTranscriptPage(renderTranscript(view));
      const other = (target: string | null): string | null => (target === day ? null : target);
      const path = ({ from, to }: { from: number; to: number }): string => {
        const [year, month, date] = day.split("-").map(Number);
        return `/transcript/${room.id}/${year}/${month}/${date}/${from}-${to}`;
      };
      expect(page).toEqual({
        roomId: room.id,
        roomName: room.name,
        roomDescription: room.description,
        access: room.access,
        tags: room.tags,
        currentUserCount: room.present.length,
        recentMessageCount: view.recentMessageCount,
        day,
        hours: view.hours,
        firstDay: other(view.firstDay),
        previousDay: other(view.previousDay),
        nextDay: other(view.nextDay),
        lastDay: other(view.lastDay),
        hourPages: view.hourPages.map((range) => ({
          ...range,
          path: range.from === view.hours?.from ? null : path(range),
        })),
        highlightId: highlight,
        me: frame.me && { id: frame.me.id, isOwner: view.isOwner, isModerator: frame.me.isModerator, mayAct: true },
        fkey: frame.fkey,
      });
      expect(messages.map(({ timeLabel, minTime, maxTime, ...message }) => message)).toEqual(
        view.messages.map((message) => ({ ...shown.messageShown(message, highlight), ...shown.authorShown(message) })),
      );
    });
  });

  it("for the times of a transcript, as narrow as its labels make them", () => {
    holds(views.transcriptView, (view) => {
      const read = parseTranscriptPage(renderTranscript(view)).messages;
      if (read.length > 0) expect(read[0]?.timeLabel).not.toBeNull();
      view.messages.forEach(({ timeStamp }, index) => {
        const { timeLabel = null, minTime = Infinity, maxTime = 0 } = read[index] ?? {};
        expect([minTime <= timeStamp, timeStamp <= maxTime], `message ${index}`).toEqual([true, true]);
        if (timeLabel === null) return;
        expect(timeLabel).toBe(shown.clock(timeStamp));
        expect(minTime).toBe(timeStamp - (timeStamp % 60));
      });
    });
  });

  it("for a room page", () => {
    holds(views.roomPageView, (view) => {
      const { frame, room } = view;
      const isNew = view.presentMarkup === "js-present";
      expect(parseRoomPage(renderRoom(view))).toEqual({
        id: room.id,
        name: room.name,
        descriptionHtml: room.descriptionHtml,
        description: shown.textShown(room.descriptionHtml),
        tags: room.tags,
        isFavorite: room.isFavorite && frame.me !== null,
        access: room.access,
        frozen: room.frozen,
        deleted: room.deleted,
        mayPost: view.mayPost,
        parentSiteName: room.parentSiteName,
        parentSiteUrl: shown.addressShown(room.parentSiteUrl),
        me: shown.viewerShown(frame),
        fkey: frame.fkey,
        present: shown.presentShown(view).map((person) => ({
          id: person.id,
          name: person.name,
          emailHash: person.emailHash,
          reputation: person.reputation,
          lastPost: person.lastPost,
          lastSeen: isNew ? person.lastSeen : null,
          isOwner: person.isOwner,
          isModerator: isNew ? person.isModerator : null,
        })),
        myRooms: view.myRooms.map(({ id, name, lastMessage: last }) => ({
          id,
          name,
          lastMessage: last && {
            userName: last.userName,
            text: last.content === null ? "(removed)" : shown.textShown(last.content),
            timeStamp: last.timeStamp,
          },
        })),
        ignoredUserIds: view.ignored,
        unackedMentions: Object.entries(view.mentions).map(([messageId, roomId]) => ({
          messageId: Number(messageId),
          roomId,
        })),
        serverTime: frame.now,
      });
    });
  });

  it("for the general tab of room info", () => {
    holds(views.roomInfoView, (view) => {
      const { frame, room, stats } = view;
      expect(parseRoomInfoPage(renderRoomInfo({ ...view, tab: "general" }))).toEqual({
        id: room.id,
        name: room.name,
        descriptionHtml: room.descriptionHtml,
        description: shown.textShown(room.descriptionHtml),
        tags: room.tags,
        isFavorite: room.isFavorite,
        access: room.access,
        frozen: room.frozen,
        messageCount: room.messageCount,
        userCount: room.userCount,
        parentSiteName: room.parentSiteName,
        firstMessage: room.firstMessageAt && new Date(room.firstMessageAt * 1000).toISOString().slice(0, 10),
        lastMessage: shown.agoShown(room.lastMessageAt, frame.now),
        stats: Object.fromEntries(Object.entries(stats).map(([span, count]) => [span, shown.countShown(count)])),
        owners: view.owners.map((person) => shown.userCardShown(person, frame.now)),
        users: view.users.map((person) => shown.userCardShown(person, frame.now)),
      });
    });
  });

  it("for the access tab of room info", () => {
    holds(views.roomInfoView, (view) => {
      const people = (level: keyof typeof view.access): unknown =>
        view.access[level].map((person) => shown.userCardShown(person, view.frame.now));
      expect(parseRoomAccessPage(renderRoomInfo({ ...view, tab: "access" }))).toEqual({
        owners: people("owner"),
        readWrite: people("read-write"),
        readOnly: people("read-only"),
      });
    });
  });

  it("for a profile", () => {
    holds(views.profileView, (view) => {
      const { frame, person } = view;
      const hasParent = person.parentProfileUrl !== null;
      const cards = (rooms: typeof view.rooms): unknown =>
        rooms.map((room) => shown.roomCardShown(room, frame.now, room.messagesByUser));
      expect(parseProfilePage(renderProfile(view))).toEqual({
        id: person.id,
        name: person.name,
        isModerator: person.isModerator,
        about: person.about,
        memberSince: view.memberSince,
        lastSeen: shown.agoShown(person.lastSeen, frame.now),
        lastMessage: shown.agoShown(person.lastPost, frame.now),
        reputation: hasParent ? person.reputation : null,
        messageCount: view.messageCount,
        roomCount: view.roomCount,
        parentProfileUrl: shown.addressShown(person.parentProfileUrl),
        parentSiteName: hasParent ? person.parentSiteName : null,
        avatarUrl: shown.avatarShown(person.emailHash),
        owningRooms: cards(view.owning),
        rooms: cards(view.rooms),
      });
    });
  });

  it("for the list of rooms", () => {
    holds(views.roomsView, (view) => {
      expect(parseRoomsPage(renderRooms(view))).toEqual({
        rooms: view.rooms.map((room) => shown.roomCardShown(room, view.frame.now)),
        page: view.page,
        pageCount: view.pageCount,
        tab: view.tab,
        sort: view.sort,
        filter: view.filter,
        showsFrozen: view.showFrozen,
        me: shown.viewerShown(view.frame),
        fkey: view.frame.fkey,
        serverTime: view.frame.now,
      });
    });
  });

  it("for the history of a message", () => {
    holds(views.historyView, (view) => {
      const { frame, room, message, revisions, pinners } = view;
      const today = (time: number): boolean => Math.floor(time / 86_400) === Math.floor(frame.now / 86_400);
      const label = (time: number): string => (today(time) ? shown.clock(time) : shown.dateAndClock(time));
      expect(parseHistoryPage(renderHistory(view))).toEqual({
        ...shown.messageShown(message),
        ...shown.authorShown(message),
        edited: message.edits > 0 || revisions.some((revision) => revision.label === "edited"),
        roomId: room.id,
        revisions: revisions.toReversed().map((revision) => ({
          ...shown.authorShown(revision),
          kind: revision.label,
          timeLabel: label(revision.timeStamp),
          timeStamp: shown.minuteShown(revision.timeStamp, frame.now) ?? expect.anything(),
          source: revision.source,
        })),
        pinners: pinners.map(({ id, name }) => ({ id, name })),
        isPurged: revisions.length === 0,
      });
    });
  });

  it("for search results", () => {
    holds(views.searchView, (view) => {
      const { now } = view.frame;
      const read = parseSearchPage(renderSearch(view));
      expect({ ...read, hits: read.hits.map(({ timeStamp, ...hit }) => hit) }).toEqual({
        hits: view.messages.map((message) => ({
          ...shown.messageShown(message),
          ...shown.authorShown(message),
          roomId: message.roomId,
          roomName: message.roomName,
          timeLabel: shown.labelShown(message.timeStamp, now),
        })),
        page: view.page,
        pageCount: view.pageCount,
      });
      for (const [index, { timeStamp }] of view.messages.entries()) {
        const minute = shown.minuteShown(timeStamp, now);
        if (minute !== undefined) expect(read.hits[index]?.timeStamp).toBe(minute);
      }
    });
  });

  it("for the stars tab", () => {
    holds(views.starsTabView, (view) => {
      const { now } = view.frame;
      const read = parseStarsPage(renderRoomInfo(view));
      expect({ ...read, messages: read.messages.map(({ timeStamp, ...message }) => message) }).toEqual({
        roomId: view.room.id,
        messages: view.starred.map((message) => ({
          ...shown.messageShown(message),
          ...shown.authorShown(message),
          timeLabel: shown.labelShown(message.timeStamp, now),
        })),
        page: view.page,
        pageCount: view.pageCount,
        isLast: view.page === view.pageCount,
      });
      for (const [index, { timeStamp }] of view.starred.entries()) {
        const minute = shown.minuteShown(timeStamp, now);
        if (minute !== undefined) expect(read.messages[index]?.timeStamp).toBe(minute);
      }
    });
  });

  it("for the starred messages of a room", () => {
    holds(views.starsView, ({ messages, viewer }) => {
      expect(parseStarsFragment(renderStarsFragment(messages, viewer))).toEqual(
        messages.map((message) => ({
          messageId: message.id,
          timeStamp: message.timeStamp,
          contentHtml: message.content,
          userId: message.userId,
          userName: message.userName,
          ...shown.starsShown(message),
        })),
      );
    });
  });

  it("for the log-in form", () => {
    holds(views.loginView, (view) => {
      expect(parseLoginPage(renderLogin(view))).toEqual({
        fkey: view.fkey,
        hidden: { ssrc: "head", oauth_version: "", oauth_server: "" },
      });
    });
  });
});

describe("every page", () => {
  const pages = fc
    .record({
      frame: views.frameView,
      room: views.roomPageView,
      info: views.roomInfoView,
      profile: views.profileView,
      rooms: views.roomsView,
      search: views.searchView,
      history: views.historyView,
    })
    .map(({ frame, room, info, profile, rooms, search, history }): [frame: typeof frame, html: string][] => [
      [room.frame, renderRoom(room)],
      [info.frame, renderRoomInfo(info)],
      [profile.frame, renderProfile(profile)],
      [rooms.frame, renderRooms(rooms)],
      [search.frame, renderSearch(search)],
      [history.frame, renderHistory(history)],
      [frame, renderJoinFavorite(frame)],
      [frame, renderFaq(frame)],
    ]);

  it("has its viewer and the server's time", () => {
    holds(pages, (all) => {
      for (const [frame, html] of all) {
        const { me, serverTime } = parseChatPage(html);
        expect({ me, serverTime }).toEqual({ me: shown.viewerShown(frame), serverTime: frame.now });
      }
    });
  });

  it("has its fkey, if its view has one", () => {
    holds(fc.tuple(views.frameView, views.roomsView), ([frame, rooms]) => {
      expect(parseChatPage(renderJoinFavorite(frame)).fkey).toBe(frame.fkey);
      expect(parseChatPage(renderRooms(rooms)).fkey).toBe(rooms.frame.fkey);
    });
  });

  it("never looks like an error page because of a user or room name", () => {
    holds(pages, (all) => {
      for (const [, html] of all) expect(recognizeErrorPage(html)).toBeNull();
    });
    holds(views.transcriptView, (view) => {
      expect(recognizeErrorPage(renderTranscript(view))).toBeNull();
    });
  });

  it("is recognized when it is an error page", () => {
    holds(fc.tuple(views.frameView, views.loginView), ([frame, login]) => {
      expect(recognizeErrorPage(renderNotFound(frame))).toBe("not-found");
      expect(recognizeErrorPage(renderPrivateRoom(frame, 5))).toBe("private-room");
      expect(recognizeErrorPage(renderLogin(login))).toBe("login");
      expect(recognizeErrorPage(renderCaptcha(login.siteName))).toBe("captcha");
      expect(recognizeErrorPage(renderLogout(login.fkey, login.siteName))).toBeNull();
      expect(recognizeErrorPage(renderError(frame, 400, "no"))).toBeNull();
    });
  });
});
