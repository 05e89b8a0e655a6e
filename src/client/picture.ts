/** Checks pictures that users give. */
import { isUint8Array } from "node:util/types";
import { UsageError } from "../errors/index.js";
import type { FilePart } from "../protocol/call.js";

/**
 * A picture as an upload takes it.
 * @throws {BAD_ARGUMENT} when it is none
 */
export function pictureOf(picture: Uint8Array | FilePart | string): FilePart | string {
  const part = isUint8Array(picture) ? { data: picture } : picture;
  if (typeof part === "string" || isUint8Array(part?.data)) return part;
  throw new UsageError("a picture is its bytes (Uint8Array), { data, filename, type }, or a URL");
}
