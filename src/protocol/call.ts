/** One server action: how its request is built and how its answer is read. Pure; somebody else does the talking. */

import type { DriftSink } from "./drift.js";

/** A file in a `multipart/form-data` body. */
export interface FilePart {
  readonly data: Uint8Array;
  readonly filename?: string;
  readonly type?: string;
}

/** A request as the protocol sees it. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  /** Path on the chat host, with its query. */
  readonly path: string;
  /** Form fields; `fkey` is added by the session when `needs` is `"fkey"` or `"login"`. */
  readonly form?: Readonly<Record<string, string>>;
  /**
   * What the request needs: nothing; to come from the viewer, if there can be a login, because the answer depends on who
   * asks; an fkey (an anonymous one will do); or a logged-in session.
   */
  readonly needs: "nothing" | "viewer" | "fkey" | "login";
  /** Parts of a `multipart/form-data` body instead of a form. */
  readonly multipart?: Readonly<Record<string, string | FilePart>>;
  /** Whether to go where a redirect leads. @default true */
  readonly follow?: boolean;
  /** The answer may well be a page; without this a page is taken as the sign of a stale fkey. @default false */
  readonly answersPage?: boolean;
  /** The page the request is sent from, as a path: goes out as `Referer`. */
  readonly referer?: string;
  /** What is tried, as the end of "Could not …". */
  readonly tried: string;
}

/** An answer as the protocol sees it; redirects are followed, except where noted. */
export interface WireAnswer {
  readonly status: number;
  /** The URL that answered, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The chat host asked. */
  readonly host: string;
  /** Takes what the answer's reader missed in it or did not know. */
  readonly drift?: DriftSink | undefined;
}

/** A request with the function that reads its answer. */
export interface Call<T> {
  readonly request: WireRequest;
  /** @throws a ChatError when the answer is a refusal or not understood. */
  read(answer: WireAnswer): T;
}
