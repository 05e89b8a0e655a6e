/**
 * A checksum at the end of a JSON line: the line stays JSON, and its reader notices a byte that has changed. Lines
 * without one are taken as they are, because older files have none.
 */
import zlib from "node:zlib";

/** The most characters of a sum: `,"sum":"0123abcd"}`. */
const SUM_LENGTH = 18;
const SUM = /,"sum":"([0-9a-f]{8})"\}$/;

/** The line of a JSON object, with its sum as the last field. */
export function summed(line: string): string {
  return `${line.slice(0, -1)},"sum":"${sumOf(line)}"}`;
}

/** The line without its sum; undefined when the sum is not that of the line. */
export function withoutSum(line: string): string | undefined {
  const found = SUM.exec(line.slice(-SUM_LENGTH))?.[1];
  if (found === undefined) return line;
  const bare = `${line.slice(0, -SUM_LENGTH)}}`;
  return sumOf(bare) === found ? bare : undefined;
}

function sumOf(line: string): string {
  return crc32(Buffer.from(line)).toString(16).padStart(8, "0");
}

/** CRC-32 as in gzip. Not every runtime that we support has `zlib.crc32`. */
function crc32(bytes: Uint8Array): number {
  return typeof zlib.crc32 === "function" ? zlib.crc32(bytes) : ownCrc32(bytes);
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});

/** @internal exported for its test */
export function ownCrc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (table[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
