import type { Call, FilePart, WireAnswer } from "../call.js";
import { readLiteral } from "../html/js-literal.js";
import { assertSuccess, contextOf, notUnderstood, readJson, readOk, readReply, refusedWith } from "../refusals.js";
import { itemsOf, numberOf } from "../values.js";

/** `POST /messages/{id}/flag`: flags a message as spam or offensive. A second call removes the flag. */
export function flagMessage(messageId: number): Call<void> {
  return flag(messageId, "flag", {});
}

/** `POST /messages/{id}/mod`: flags a message for moderators, with a reason of at most 400 characters. */
export function flagForModerator(messageId: number, info: string): Call<void> {
  return flag(messageId, "mod", { info });
}

function flag(messageId: number, verb: string, form: Record<string, string>): Call<void> {
  const tried = `flag message ${messageId}`;
  return {
    request: { method: "POST", path: `/messages/${messageId}/${verb}`, form, needs: "login", tried },
    read: (answer) => readOk(answer, { tried, messageId }),
  };
}

/** `POST /messages/ack`: acknowledges mentions and replies. */
export function acknowledgeMessages(messageIds: readonly number[]): Call<void> {
  const tried = "acknowledge mentions";
  return {
    request: { method: "POST", path: "/messages/ack", form: { id: messageIds.join(",") }, needs: "login", tried },
    read: (answer) => assertSuccess(answer, { tried }),
  };
}

/** `GET /users/ignorelist`: the ids of the users you ignore. */
export function ignoreList(): Call<readonly number[]> {
  const tried = "read the ignore list";
  return {
    request: { method: "GET", path: "/users/ignorelist", needs: "viewer", tried },
    read(answer) {
      const value = readJson(answer, "ignore list", { tried });
      if (!Array.isArray(value)) throw notUnderstood(answer, "ignore list", "an array", { tried });
      return itemsOf(value).flatMap((id) => numberOf(typeof id === "string" ? Number(id) : id) ?? []);
    },
  };
}

/** `POST /users/ignorelist/add` or `remove`: ignores a user, or stops ignoring one. */
export function ignoreUser(userId: number, on: boolean): Call<void> {
  const tried = `${on ? "ignore" : "stop ignoring"} user ${userId}`;
  return {
    request: {
      method: "POST",
      path: `/users/ignorelist/${on ? "add" : "remove"}`,
      form: { id: String(userId) },
      needs: "login",
      tried,
    },
    read: (answer) => assertSuccess(answer, { tried, userId }),
  };
}

/** `POST /upload/image`: uploads an image, or a copy of the one at a URL. Returns the URL to post. */
export function uploadImage(picture: FilePart | string): Call<string> {
  const tried = "upload a picture";
  return {
    request: {
      method: "POST",
      path: "/upload/image",
      needs: "login",
      multipart: typeof picture === "string" ? { "upload-url": picture } : { filename: picture },
      answersPage: true,
      tried,
    },
    read(answer) {
      assertSuccess(answer, { tried });
      const result = variable(answer, "result");
      if (result) return result;
      const error = variable(answer, "error");
      const context = contextOf(answer, { tried });
      if (error) throw refusedWith(answer, error, context);
      throw notUnderstood(answer, "answer to an upload", "var result", { tried });
    },
  };
}

/** The string that a script in the response assigns to a variable. */
function variable(answer: WireAnswer, name: string): string | null {
  const literal = new RegExp(`var\\s+${name}\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*")`).exec(
    answer.body,
  )?.[1];
  const value = literal === undefined ? undefined : readLiteral(literal);
  return typeof value === "string" && value !== "" ? value : null;
}

/** Any POST with an fkey. Returns the response as parsed JSON if possible, else as text. */
export function anyAction(path: string, form: Readonly<Record<string, string>>): Call<unknown> {
  const tried = `post to ${path}`;
  return {
    request: { method: "POST", path, form, needs: "login", answersPage: true, tried },
    read(answer) {
      const value = readReply(answer, { tried });
      return value === undefined ? answer.body : value;
    },
  };
}
