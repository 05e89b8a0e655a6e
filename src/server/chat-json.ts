/**
 * Text as the servers write it: JSON with `<`, `>`, `&` and `'` escaped (protocol.md §1), and the hashes that stand
 * for avatars. Pure.
 */
import { createHash } from "node:crypto";

const escapes: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027" };

/** JSON as chat sends it, in answers and in frames. */
export function chatJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&']/g, (character) => escapes[character] ?? character);
}

/** The gravatar hash of an email address. */
export function emailHash(email: string): string {
  return createHash("md5").update(email.trim().toLowerCase()).digest("hex");
}
