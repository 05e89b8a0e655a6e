/** A listener of everything that goes over the wire, such as a recorder. Its methods never throw. */

/** A request as it goes out, without its cookies and headers. */
export interface TappedRequest {
  readonly method: string;
  readonly url: string;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly multipart?: Readonly<Record<string, string | { readonly data: Uint8Array }>> | undefined;
  /** The `Cookie` header, to know what must never be shown. */
  readonly cookie: string;
}

/** An answer as it came, unpacked. */
export interface TappedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Takes what becomes of one request: one of the two. */
export interface RequestTap {
  answered(answer: TappedAnswer): void;
  failed(error: unknown): void;
}

/** Takes what becomes of one socket. */
export interface SocketTap {
  opened(): void;
  frame(text: string): void;
  /** The server or the network ended it; 1006 stands for an end without a word. */
  closed(code: number): void;
  /** The client hung up. */
  left(): void;
  failed(error: unknown): void;
}

/** Listens to the wire. */
export interface WireTap {
  request(request: TappedRequest): RequestTap;
  socket(url: string): SocketTap;
  /** Called when the client that it listens to has ended. */
  close?(): Promise<void>;
}
