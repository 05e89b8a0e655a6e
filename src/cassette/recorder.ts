/**
 * Records traffic into a cassette. Everything is scrubbed before it is written. A write failure is reported once and
 * ends
 * the recording, never the client.
 */
import { randomBytes } from "node:crypto";
import type { FilePort } from "../storage/file-port.js";
import type { Clock } from "../util/clock.js";
import { codeOf } from "../util/error-code.js";
import { Secrets } from "../util/secrets.js";
import type { RequestTap, SocketTap, TappedAnswer, TappedRequest, WireTap } from "../util/wire-tap.js";
import { CassetteFile } from "./cassette-file.js";
import {
  type AnsweredEntry,
  CASSETTE_VERSION,
  type CassetteEntry,
  type CassetteHeader,
  type SocketEntry,
} from "./format.js";
import type { ReplacedCounts } from "./pseudonyms.js";
import type { RecordOptions } from "./record-options.js";
import type { Scrubber } from "./scrubber.js";

/** The options of a {@link CassetteRecorder}. */
export interface RecorderParts extends RecordOptions {
  readonly site: {
    readonly host: string;
    readonly name: string;
    readonly chatOrigin: string;
    readonly loginOrigin: string;
  };
  readonly clock: Clock;
  /** Tells the user why the recording stopped. */
  readonly notice: (text: string) => void;
  /** The name of the recording program. @default "chatexchange-ts" */
  readonly by?: string;
  readonly files?: FilePort | undefined;
}

/** Statistics of a recording. */
export interface RecordedCounts {
  readonly requests: number;
  readonly frames: number;
  readonly replaced: ReplacedCounts;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** Bytes reserved for the last line. */
const LAST_LINE_BYTES = 1_000;
/** Shorter values, and words of the site, cannot be told from ordinary text. */
const MIN_SECRET_LENGTH = 6;

const NOTE =
  "Passwords, cookies, fkeys, tokens, e-mail addresses, names and all user text are replaced: each value always by the same pseudonym, of the same length and shape. User ids are replaced, too; ids of rooms, messages and events, and times, are real. Each line is one event: ask = a request, answer = its response, socket = the opening (open), a frame (frame) or the end of a socket; at = milliseconds since the start. Look at the file before you share it: chatexchange cassette FILE";

export class CassetteRecorder implements WireTap {
  readonly #parts: RecorderParts;
  readonly #file: CassetteFile;
  readonly #began: number;
  readonly #secrets = new Secrets();
  /** Secrets sent since the last line. */
  readonly #learned: string[] = [];
  #scrubber: Scrubber | undefined;
  #isSecret: (value: string) => boolean = () => false;
  readonly #loading: Promise<void>;
  /** Entries that arrived before the scrubber was loaded. */
  #waiting: ((scrubber: Scrubber) => CassetteEntry)[] = [];
  #isOver = false;
  #requests = 0;
  #sockets = 0;
  #frames = 0;

  /** @throws {BAD_ARGUMENT} when the file already exists {STORAGE} when it cannot be created */
  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#began = parts.clock.now();
    this.#file = new CassetteFile(parts.file, parts.maxBytes ?? DEFAULT_MAX_BYTES, parts.files);
    const { host, name, chatOrigin: chat, loginOrigin: login } = parts.site;
    const by = parts.by ?? "chatexchange-ts";
    const header: CassetteHeader = {
      cassette: CASSETTE_VERSION,
      by,
      host,
      name,
      chat,
      login,
      began: this.#began,
      note: NOTE,
    };
    this.#file.add(JSON.stringify(header));
    this.#loading = this.#load();
  }

  request(request: TappedRequest): RequestTap {
    const number = ++this.#requests;
    this.#guard(() => this.#learn(request));
    const { method, url, form, multipart } = request;
    const parts = multipart && Object.entries(multipart).map(([name, part]) => partOf(name, part));
    this.#note((scrubber, at) => ({ at, ask: number, ...scrubber.request({ method, url, form, parts }) }));
    const answer = (make: (scrubber: Scrubber) => Omit<AnsweredEntry, "at" | "answer">): void =>
      this.#note((scrubber, at) => ({ at, answer: number, ...make(scrubber) }));
    return {
      answered: ({ status, headers, body }: TappedAnswer) =>
        answer((scrubber) => scrubber.answer(request, { status, headers, body })),
      failed: (error) => answer(() => ({ failed: failureCode(error) })),
    };
  }

  socket(url: string): SocketTap {
    const number = ++this.#sockets;
    const happened = (make: (scrubber: Scrubber) => Omit<SocketEntry, "at" | "socket">): void =>
      this.#note((scrubber, at) => ({ at, socket: number, ...make(scrubber) }));
    return {
      opened: () => happened((scrubber) => ({ open: scrubber.address(url) })),
      frame: (text) => {
        this.#frames++;
        happened((scrubber) => ({ frame: scrubber.frame(text) }));
      },
      closed: (code) => happened(() => ({ closed: code })),
      left: () => happened(() => ({ left: true })),
      failed: (error) => happened((scrubber) => ({ open: scrubber.address(url), failed: failureCode(error) })),
    };
  }

  /** The statistics so far. */
  get counts(): RecordedCounts {
    return { requests: this.#requests, frames: this.#frames, replaced: this.#scrubber?.replaced ?? {} };
  }

  /** Writes the last line and closes the file. */
  async close(): Promise<void> {
    await this.#loading;
    this.#end("the recording was stopped");
  }

  async #load(): Promise<void> {
    try {
      const [{ Scrubber }, { KeyedPseudonyms }, { isSiteWord }] = await Promise.all([
        import("./scrubber.js"),
        import("./pseudonyms.js"),
        import("./vocabulary.js"),
      ]);
      this.#isSecret = (value) => value.length >= MIN_SECRET_LENGTH && !isSiteWord(value);
      this.#scrubber = new Scrubber(this.#parts.pseudonyms ?? new KeyedPseudonyms(randomBytes(32)));
    } catch (error) {
      this.#stop(error);
    }
    const scrubber = this.#scrubber;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (scrubber) for (const make of waiting) this.#guard(() => this.#write(make(scrubber)));
  }

  #note(make: (scrubber: Scrubber, at: number) => CassetteEntry): void {
    if (this.#isOver) return;
    const at = this.#elapsed();
    const scrubber = this.#scrubber;
    if (scrubber) this.#guard(() => this.#write(make(scrubber, at)));
    else this.#waiting.push((loaded) => make(loaded, at));
  }

  #elapsed(): number {
    return Math.max(0, Math.round(this.#parts.clock.now() - this.#began));
  }

  /** Remembers the secrets that were sent, so that every line can be checked for them. */
  #learn({ form, cookie }: TappedRequest): void {
    if (cookie !== "") this.#secrets.addCookies(cookie);
    for (const name of ["email", "password", "fkey"]) {
      const value = form?.[name];
      for (const part of value === undefined ? [] : [value, value.split("@")[0] ?? ""]) {
        if (part.length >= MIN_SECRET_LENGTH) this.#learned.push(part);
      }
    }
  }

  #write(entry: CassetteEntry): void {
    if (this.#isOver) return;
    for (const value of this.#learned.splice(0)) if (this.#isSecret(value)) this.#secrets.add(value);
    const line = this.#checked(JSON.stringify(entry), entry);
    if (!this.#file.fits(line.length * 2 + LAST_LINE_BYTES)) {
      this.#parts.notice(`the recording to ${this.#parts.file} has stopped: the file has reached maxBytes`);
      this.#end("the file was full");
      return;
    }
    this.#file.add(line);
  }

  /** Withholds the content of a line that still contains a secret. */
  #checked(line: string, entry: CassetteEntry): string {
    if (this.#parts.pseudonyms || this.#secrets.hide(line) === line) return line;
    const { at } = entry;
    if ("answer" in entry) return JSON.stringify({ at, answer: entry.answer, failed: "withheld" });
    if ("socket" in entry) return JSON.stringify({ at, socket: entry.socket, frame: "(withheld)" });
    return JSON.stringify("ask" in entry ? { at, ask: entry.ask, method: entry.method, url: "(withheld)" } : { at });
  }

  #end(why: string): void {
    if (this.#isOver) return;
    const at = this.#elapsed();
    this.#guard(() => this.#file.add(JSON.stringify({ at, end: why, replaced: this.counts.replaced })));
    this.#isOver = true;
    this.#file.close();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#stop(error);
    }
  }

  #stop(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#file.close();
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.notice(`the recording to ${this.#parts.file} has stopped: ${reason}`);
  }
}

function partOf(
  name: string,
  part: string | { readonly data: Uint8Array },
): { readonly name: string; readonly text?: string; readonly bytes?: number } {
  return typeof part === "string" ? { name, text: part } : { name, bytes: part.data.length };
}

/** An error code, never a message: the message of a foreign error may contain anything. */
function failureCode(error: unknown): string {
  if (error instanceof Error && error.name === "AbortError") return "ABORTED";
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined) ?? "failed";
  return /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : "failed";
}
