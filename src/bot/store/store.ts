/** The values that a bot keeps, by key. Every store behaves alike; test/store-suite.ts says how. */

/** A value that JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Values by key. Keys are strings of 1 to 1,000 characters, values are JSON. Values come back as frozen copies. Every
 * method rejects with `BAD_ARGUMENT` for another key or value, with `STORAGE` while the disk fails, and with `CLOSED`
 * after `close`. Calls take effect in the order in which they are made.
 */
export interface Store {
  /** Reads a value; undefined if there is none. */
  get(key: string): Promise<Json | undefined>;
  /** Stores a value. Resolves once a kill cannot lose it. */
  set(key: string, value: Json): Promise<void>;
  /** Deletes a value. Resolves to whether there was one. */
  delete(key: string): Promise<boolean>;
  /**
   * Reads the entries whose keys begin with a prefix, in the order of their keys (UTF-16 code units). Values may be
   * changed and deleted meanwhile; the loop sees them as they are or as they were.
   */
  list(prefix?: string): AsyncIterable<readonly [key: string, value: Json]>;
  /**
   * Changes a value in one step, which no other change interrupts. The function gets the value, or undefined, and returns
   * the new one at once, or undefined to delete it; an error it throws rejects the call and changes nothing. Resolves to
   * the new value.
   */
  update(key: string, change: (value: Json | undefined) => Json | undefined): Promise<Json | undefined>;
  /** Writes what is on its way and closes the store. Idempotent. */
  close(): Promise<void>;
}
