/** JSON as chat servers send it, with `<`, `>`, `&` and `'` escaped (protocol.md §1), and avatar hashes. Pure. */
import { createHash } from "node:crypto";

const ESCAPES: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027" };

/** Serializes a value as chat sends it, in responses and in frames. */
export function chatJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&']/g, (character) => ESCAPES[character] ?? character);
}

/** Returns the Gravatar hash of an email address. */
export function emailHash(email: string): string {
  return createHash("md5").update(email.trim().toLowerCase()).digest("hex");
}
