/**
 * A checksum at the end of a JSON line. The line stays valid JSON, and the reader detects changed bytes. Lines without
 * a
 * checksum are accepted, because older files have none.
 */
import zlib from "node:zlib";

/** The length of the checksum field: `,"sum":"0123abcd"}`. */
const CHECKSUM_LENGTH = 18;
const CHECKSUM = /,"sum":"([0-9a-f]{8})"\}$/;

/** Appends the checksum of a JSON object as its last field. */
export function withChecksum(line: string): string {
  return `${line.slice(0, -1)},"sum":"${checksumOf(line)}"}`;
}

/** Removes the checksum of a line; undefined if it does not match. */
export function stripChecksum(line: string): string | undefined {
  const found = CHECKSUM.exec(line.slice(-CHECKSUM_LENGTH))?.[1];
  if (found === undefined) return line;
  const bare = `${line.slice(0, -CHECKSUM_LENGTH)}}`;
  return checksumOf(bare) === found ? bare : undefined;
}

function checksumOf(line: string): string {
  return crc32(Buffer.from(line)).toString(16).padStart(8, "0");
}

/** CRC-32 as in gzip. Some supported runtimes lack `zlib.crc32`. */
function crc32(bytes: Uint8Array): number {
  return typeof zlib.crc32 === "function" ? zlib.crc32(bytes) : crc32Fallback(bytes);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** @internal exported for its test */
export function crc32Fallback(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (CRC_TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
