/** One server action: how its request is built and how its answer is read. Pure; somebody else does the talking. */

/** A request as the protocol sees it. */
export interface WireRequest {
  readonly method: "GET" | "POST";
  /** Path on the chat host, with its query. */
  readonly path: string;
  /** Form fields; `fkey` is added by the session when `needs` is `"fkey"` or `"login"`. */
  readonly form?: Readonly<Record<string, string>>;
  /** What the request needs: nothing, an fkey (an anonymous one will do), or a logged-in session. */
  readonly needs: "nothing" | "fkey" | "login";
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
}

/** A request with the function that reads its answer. */
export interface Call<T> {
  readonly request: WireRequest;
  /** @throws a ChatError when the answer is a refusal or not understood. */
  read(answer: WireAnswer): T;
}
