/** An observer of all traffic, such as a recorder. Its methods never throw. */

/** A request as it is sent, without its headers. */
export interface TappedRequest {
  readonly method: string;
  readonly url: string;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly multipart?: Readonly<Record<string, string | { readonly data: Uint8Array }>> | undefined;
  /** The `Cookie` header: its values must never be recorded. */
  readonly cookie: string;
}

/** A response as it was received, decompressed. */
export interface TappedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Observes one request; exactly one of the methods is called. */
export interface RequestTap {
  answered(answer: TappedAnswer): void;
  failed(error: unknown): void;
}

/** Observes one socket. */
export interface SocketTap {
  opened(): void;
  frame(text: string): void;
  /** The server or the network closed the socket; code 1006 means without a close frame. */
  closed(code: number): void;
  /** The client closed the socket. */
  left(): void;
  failed(error: unknown): void;
}

/** Observes the traffic. */
export interface WireTap {
  request(request: TappedRequest): RequestTap;
  socket(url: string): SocketTap;
  /** Called when the observed client has ended. */
  close?(): Promise<void>;
}
