/** A short hash of a text, for keys and comparisons. */
import { createHash } from "node:crypto";

/** The first 132 bits of the SHA-256 of a text, in 22 characters. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
