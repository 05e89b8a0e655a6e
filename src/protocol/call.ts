/** One server action: how to build its request and how to read its response. Pure: the transport sends it. */

import type { DriftSink } from "./drift.js";

/** A file in a `multipart/form-data` body. */
export interface FilePart {
  readonly data: Uint8Array;
  readonly filename?: string;
  readonly type?: string;
}

/** A request, independent of the transport. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  /** The path on the chat host, with its query. */
  readonly path: string;
  /** Form fields. The session adds `fkey` if `needs` is `"fkey"` or `"login"`. */
  readonly form?: Readonly<Record<string, string>>;
  /**
   * The session that the request needs: none; the viewer's, if the client can log in, because the response depends on
   * it; an
   * fkey, even an anonymous one; or a login.
   */
  readonly needs: "nothing" | "viewer" | "fkey" | "login";
  /** The parts of a `multipart/form-data` body, instead of a form. */
  readonly multipart?: Readonly<Record<string, string | FilePart>>;
  /** Whether to follow redirects. @default true */
  readonly follow?: boolean;
  /** Whether the response may be an HTML page. Otherwise a page counts as a sign of a stale fkey. @default false */
  readonly answersPage?: boolean;
  /** The path of the page to send as `Referer`. */
  readonly referer?: string;
  /** The attempt, worded to follow "Could not …". */
  readonly tried: string;
}

/** A response, independent of the transport. Redirects have been followed, except where the request says otherwise. */
export interface WireAnswer {
  readonly status: number;
  /** The final URL, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The chat host that was asked. */
  readonly host: string;
  /** Receives what the reader missed in the response or did not recognize. */
  readonly drift?: DriftSink | undefined;
}

/** A request and the function that reads its response. */
export interface Call<T> {
  readonly request: WireRequest;
  /**
   * Reads the value from the response.
   * @throws a ChatError when the response is a refusal or cannot be parsed
   */
  read(answer: WireAnswer): T;
}
