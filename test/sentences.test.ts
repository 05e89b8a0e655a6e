/** The refusal sentences of the servers, in every response that may contain them. */
import type { ChatErrorCode } from "chatexchange-ts";
import {
  authorizeSocket,
  bookmarkConversation,
  type Call,
  cancelStars,
  deleteMessage,
  editMessage,
  failureOfSentence,
  flagForModerator,
  flagMessage,
  kickUser,
  movePosts,
  postMessage,
  removePins,
  requestAccess,
  setUserAccess,
  timeoutRoom,
  toggleFavorite,
  togglePin,
  toggleStar,
  uploadImage,
} from "chatexchange-ts/protocol";
import { describe, expect, test } from "vitest";
import { readAnswer as read } from "./answers.js";

/** Every refusal sentence of protocol.md §5 and §8, and the failure that a caller gets. */
const sentences: readonly (readonly [sentence: string, code: ChatErrorCode])[] = [
  ["You can perform this action again in 1 second.", "THROTTLED"],
  ["You can perform this action again in 2 seconds.", "THROTTLED"],
  ["The room does not exist, or you do not have permission", "FORBIDDEN"],
  ["Your account is blocked, ending in 5 hours", "SUSPENDED"],
  ["Your account is blocked, ending on Oct 2 at 1:37", "SUSPENDED"],
  ["The room is in timeout, ending in 58 seconds", "ROOM_TIMEOUT"],
  ["The room has been frozen; new messages cannot be added", "ROOM_FROZEN"],
  ["This room has been frozen", "ROOM_FROZEN"],
  ["You need 20 reputation to talk here", "FORBIDDEN"],
  ["The message is too long", "TOO_LONG"],
  ["It is too late to edit this message", "TOO_LATE"],
  ["You can only edit your own messages", "NOT_YOURS"],
  ["This message has already been deleted and cannot be edited", "ALREADY_DELETED"],
  ["The message has been deleted and cannot be edited", "ALREADY_DELETED"],
  ["You cannot write or edit messages in this room", "FORBIDDEN"],
  ["This message has already been deleted.", "ALREADY_DELETED"],
  ["It is too late to delete this message", "TOO_LATE"],
  ["You can only delete your own messages", "NOT_YOURS"],
  ["Only a room-owner can pin messages", "FORBIDDEN"],
  ["Only room owners can do that", "FORBIDDEN"],
  ["You must be an owner of this room", "FORBIDDEN"],
  ["You have starred too many messages today", "STAR_LIMIT"],
];

/** Sending, and every action on a message. */
const messageActions: readonly Call<unknown>[] = [
  ...[postMessage(1, "x"), editMessage(5, "x"), deleteMessage(5), toggleStar(5), cancelStars(5)],
  ...[togglePin(5), removePins(5), flagMessage(5), flagForModerator(5, "x")],
];

/** Actions on a room whose responses are read. */
const roomActions: readonly Call<unknown>[] = [
  ...[movePosts(1, [5], 2), kickUser(1, 2), timeoutRoom(1, 60, "x"), bookmarkConversation(1, 5, 7, "x")],
  ...[toggleFavorite(1), setUserAccess(1, 2, "owner"), requestAccess(1)],
];

const statuses = [200, 400, 403, 404, 409, 500] as const;

describe("sentences of the server", () => {
  test.each(sentences)("cause the same failure with any status: %s", (sentence, code) => {
    for (const status of statuses) {
      for (const body of [sentence, JSON.stringify(sentence)]) {
        for (const call of messageActions) {
          const failure = expect.objectContaining({
            code,
            context: expect.objectContaining({ body: sentence, status, host: "chat.stackoverflow.com" }),
          });
          expect(() => read(call, body, { status })).toThrow(failure);
        }
      }
    }
  });

  test.each<[number, ChatErrorCode]>([
    [200, "REFUSED"],
    [400, "REFUSED"],
    [403, "FORBIDDEN"],
    [404, "NOT_FOUND"],
    [409, "REFUSED"],
    [500, "SERVER_ERROR"],
  ])("that are unknown are %s with status %i, and kept in the failure", (status, code) => {
    const sentence = "The moon is not full";
    for (const body of [sentence, JSON.stringify(sentence)]) {
      for (const call of [...messageActions, ...roomActions]) {
        const context = expect.objectContaining({ body: sentence, status });
        expect(() => read(call, body, { status })).toThrow(expect.objectContaining({ code, context }));
      }
    }
  });

  test("are also read inside a response", () => {
    const sentence = "You can perform this action again in 3 seconds.";
    const answers: [Call<unknown>, (text: string) => string][] = [
      [kickUser(1, 2), (message) => JSON.stringify({ message })],
      [bookmarkConversation(1, 5, 7, "x"), (message) => JSON.stringify({ ok: false, message })],
      [uploadImage("https://example.com/x.png"), (error) => `<html><script>var error = '${error}';</script>`],
    ];
    for (const [call, answer] of answers) {
      expect(() => read(call, answer(sentence))).toThrow(
        expect.objectContaining({ code: "THROTTLED", context: expect.objectContaining({ body: sentence }) }),
      );
      expect(() => read(call, answer("Not today"))).toThrow(
        expect.objectContaining({ code: "REFUSED", context: expect.objectContaining({ body: "Not today" }) }),
      );
    }
  });

  test("are distinguished from other bodies, which are NOT_UNDERSTOOD", () => {
    for (const call of [...messageActions, movePosts(1, [5], 2), kickUser(1, 2), toggleFavorite(1)]) {
      for (const body of ["", "null", "true", "{}", "[]", "-1.5", "<html><body>Hello</body></html>"]) {
        expect(() => read(call, body)).toThrow(expect.objectContaining({ code: "NOT_UNDERSTOOD" }));
      }
    }
  });

  test.each([
    ["You can perform this action again in 1 second.", { code: "THROTTLED", waitMs: 1_000 }],
    ["You can perform this action again in 40 seconds", { code: "THROTTLED", waitMs: 40_000 }],
    ["Your account is blocked, ending on Oct 2 at 1:37", { code: "SUSPENDED", until: "on Oct 2 at 1:37" }],
    ["The room is in timeout, ending in 58 seconds", { code: "ROOM_TIMEOUT", waitMs: 58_000 }],
    ["This room has been frozen", { code: "ROOM_FROZEN" }],
    ["You need 20 reputation to talk here", { code: "FORBIDDEN" }],
  ])("%s", (sentence, expected) => {
    expect(failureOfSentence(sentence, {})).toMatchObject(expected);
  });

  test("of the throttle are THROTTLED with any status, in a page or not", () => {
    for (const [status, body] of [
      [200, "You can perform this action again in 3 seconds."],
      [200, "<html><body>You can perform this action again in 3 seconds.</body></html>"],
      [409, "<html><body>You can perform this action again in 3 seconds.</body></html>"],
      [200, '"You can perform this action again in 3 seconds."'],
    ] as const) {
      expect(() => read(deleteMessage(5), body, { status })).toThrow(
        expect.objectContaining({ code: "THROTTLED", waitMs: 3_000 }),
      );
      expect(() => read(postMessage(1, "x"), body, { status })).toThrow(
        expect.objectContaining({ code: "THROTTLED", waitMs: 3_000 }),
      );
    }
  });

  test.each([200, 400, 403, 404, 409, 500])("of a frozen room are recognized with status %i", (status) => {
    for (const sentence of ["The room has been frozen; new messages cannot be added", "This room has been frozen"]) {
      for (const body of [sentence, JSON.stringify(sentence)]) {
        expect(() => read(postMessage(1, "x"), body, { status })).toThrow(
          expect.objectContaining({ code: "ROOM_FROZEN" }),
        );
      }
    }
  });

  test("are not confused with invalid socket URLs, which are NOT_UNDERSTOOD", () => {
    for (const body of ["{}", '{"url":"https://example.com"}', '{"url":5}', "<html>", "null"]) {
      expect(() => read(authorizeSocket(1), body)).toThrow(expect.objectContaining({ code: "NOT_UNDERSTOOD" }));
    }
  });
});
