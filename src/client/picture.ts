/** Checks the image that a caller passes to `uploadImage`. */
import { isUint8Array } from "node:util/types";
import { UsageError } from "../errors/index.js";
import type { FilePart } from "../protocol/call.js";

/**
 * Converts an image to the form an upload takes.
 * @throws {BAD_ARGUMENT} when it is not an image
 */
export function pictureOf(picture: Uint8Array | FilePart | string): FilePart | string {
  const part = isUint8Array(picture) ? { data: picture } : picture;
  if (typeof part === "string" || isUint8Array(part?.data)) return part;
  throw new UsageError("an image must be its bytes (Uint8Array), { data, filename, type }, or a URL");
}
