/** The options of a recording, apart from the recorder, so that checking them loads nothing. */
import type { Pseudonyms } from "./pseudonyms.js";

/** Options of a recording. */
export interface RecordOptions {
  /** The file to make: readable by its owner only; there must not be one. */
  readonly file: string;
  /** The longest that the file may get, in bytes; the recording ends there. @default 67108864 (64 MiB) */
  readonly maxBytes?: number | undefined;
  /** Replaces values, for tests. @default by a random key @internal */
  readonly pseudonyms?: Pseudonyms | undefined;
}

export const recordOptionNames: readonly (keyof RecordOptions)[] = ["file", "maxBytes", "pseudonyms"];
