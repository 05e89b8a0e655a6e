/** Posts, edits, deletes and marks messages, and reads one by its id (protocol.md §5.1 to §5.4, §6.1). */
import { DuplicateMessageError, type FailureContext } from "../../errors/index.js";
import type { Call, WireAnswer } from "../call.js";
import { noteKeys } from "../drift.js";
import {
  assertMayWrite,
  assertSuccess,
  contextOf,
  failureOfAction,
  notUnderstood,
  readOk,
  readReply,
} from "../refusals.js";
import { isRecord, numberOf } from "../values.js";

/** The server's confirmation of a posted message. */
export interface Posted {
  readonly id: number;
  /** Unix seconds. */
  readonly time: number;
}

/**
 * How a reply names its parent: by an `:id ` prefix of the text (any server), or by the form field `parentId` (since
 * 2025-11).
 */
export type ReplyForm = "prefix" | "parentId";

/** The parent of a reply. */
export interface ReplyTo {
  readonly messageId: number;
  /**
   * @default `"prefix"`, which every server understands; `"parentId"` for fixed-width text, which a prefix would break
   */
  readonly form?: ReplyForm | undefined;
}

/** `POST /chats/{room}/messages/new`: posts a message or a reply. */
export function postMessage(roomId: number, text: string, replyTo?: ReplyTo): Call<Posted> {
  const tried = replyTo ? `reply to message ${replyTo.messageId} in room ${roomId}` : `post in room ${roomId}`;
  const about: FailureContext = { tried, roomId };
  return {
    request: {
      method: "POST",
      path: `/chats/${roomId}/messages/new`,
      form: textFields(text, replyTo),
      needs: "login",
      referer: `/rooms/${roomId}`,
      tried,
    },
    read(answer) {
      assertMayWrite(answer, about);
      const value = readReply(answer, about);
      const id = isRecord(value) ? value.id : undefined;
      if (id === null) throw new DuplicateMessageError(contextOf(answer, about));
      const known = numberOf(id);
      if (!isRecord(value) || known === undefined) {
        throw failureOfAction(answer, "answer to a post", 'the key "id"', about);
      }
      noteKeys(answer.drift, value, { id: true, time: true });
      return { id: known, time: numberOf(value.time) ?? 0 };
    },
  };
}

function textFields(text: string, replyTo: ReplyTo | undefined): Record<string, string> {
  if (!replyTo) return { text };
  const prefix = replyPrefix(text, replyTo);
  return prefix === "" ? { text, parentId: String(replyTo.messageId) } : { text: prefix + text };
}

/** The prefix of a reply's text: `:id `, or "" if the form names the parent. */
export function replyPrefix(text: string, replyTo: ReplyTo | undefined): string {
  if (!replyTo) return "";
  const form = replyTo.form ?? (text.startsWith("    ") ? "parentId" : "prefix");
  return form === "prefix" ? `:${replyTo.messageId} ` : "";
}

/** `POST /messages/{id}`: replaces the text. Without `replyTo`, a reply stops being one. */
export function editMessage(
  messageId: number,
  text: string,
  options: { roomId?: number; replyTo?: ReplyTo } = {},
): Call<void> {
  return messageAction(messageId, "", "edit", options.roomId, textFields(text, options.replyTo));
}

/** `POST /messages/{id}/delete`: deletes a message. */
export function deleteMessage(messageId: number, roomId?: number): Call<void> {
  return messageAction(messageId, "/delete", "delete", roomId);
}

/** `POST /messages/{id}/star`: toggles your star. */
export function toggleStar(messageId: number, roomId?: number): Call<void> {
  return messageAction(messageId, "/star", "star", roomId);
}

/** `POST /messages/{id}/unstar`: removes all stars; for room owners. */
export function cancelStars(messageId: number, roomId?: number): Call<void> {
  return messageAction(messageId, "/unstar", "cancel the stars of", roomId);
}

/** `POST /messages/{id}/owner-star`: toggles your pin; for room owners. */
export function togglePin(messageId: number, roomId?: number): Call<void> {
  return messageAction(messageId, "/owner-star", "pin", roomId);
}

/** `POST /messages/{id}/unowner-star`: removes all pins; for room owners. */
export function removePins(messageId: number, roomId?: number): Call<void> {
  return messageAction(messageId, "/unowner-star", "unpin", roomId);
}

function messageAction(
  id: number,
  suffix: string,
  verb: string,
  roomId?: number,
  form: Record<string, string> = {},
): Call<void> {
  const tried = `${verb} message ${id}`;
  return {
    request: {
      method: "POST",
      path: `/messages/${id}${suffix}`,
      form,
      needs: "login",
      tried,
      ...(roomId === undefined ? {} : { referer: `/rooms/${roomId}` }),
    },
    read: (answer) => readOk(answer, { tried, messageId: id, roomId }),
  };
}

/** `GET /message/{id}`: the content as HTML. A deleted message is not found. */
export function messageHtml(messageId: number): Call<string> {
  return messageText(`/message/${messageId}`, messageId, "content");
}

/** `GET /message/{id}?plain=true`: the markdown as typed, with the `:id ` prefix of a reply. */
export function messageSource(messageId: number): Call<string> {
  return messageText(`/message/${messageId}?plain=true`, messageId, "source");
}

function messageText(path: string, messageId: number, what: string): Call<string> {
  const tried = `read the ${what} of message ${messageId}`;
  const about: FailureContext = { tried, messageId };
  return {
    request: { method: "GET", path, needs: "nothing", tried },
    read: (answer) => readText(answer, about),
  };
}

/** The body is user text, so a sentence in it is no refusal: only the status counts. */
function readText(answer: WireAnswer, about: FailureContext): string {
  if (answer.status === 200 && !/^\/(error|users\/login)$/.test(URL.parse(answer.url)?.pathname ?? ""))
    return answer.body;
  assertSuccess({ ...answer, status: answer.status === 200 ? 404 : answer.status }, about);
  throw notUnderstood(answer, "text of a message", "status 200", about);
}
