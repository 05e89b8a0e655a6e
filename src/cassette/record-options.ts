/** The options of a recording, apart from the recorder, so that checking them loads nothing else. */
import type { Pseudonyms } from "./pseudonyms.js";

/** Options of a recording. */
export interface RecordOptions {
  /** The file to create, readable only by its owner. It must not exist. */
  readonly file: string;
  /** The maximum length of the file, in bytes; the recording stops there. @default 67108864 (64 MiB) */
  readonly maxBytes?: number | undefined;
  /** Replaces values, for tests. @default a random key @internal */
  readonly pseudonyms?: Pseudonyms | undefined;
}

export const RECORD_OPTION_NAMES: readonly (keyof RecordOptions)[] = ["file", "maxBytes", "pseudonyms"];
