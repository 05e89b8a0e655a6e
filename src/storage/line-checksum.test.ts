import zlib from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32Fallback, stripChecksum, withChecksum } from "./line-checksum.js";

test("a line with a checksum is JSON, and removing the checksum restores it", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const line = JSON.stringify(value);
      expect(JSON.parse(withChecksum(line))).toMatchObject({ sum: expect.stringMatching(/^[0-9a-f]{8}$/) });
      expect(stripChecksum(withChecksum(line))).toBe(line);
    }),
  );
});

test("a changed character is detected anywhere before the checksum", () => {
  const line = withChecksum('{"said":"hello"}');
  for (let at = 0; at < line.indexOf(',"sum"'); at++) {
    expect(stripChecksum(`${line.slice(0, at)}~${line.slice(at + 1)}`)).toBeUndefined();
  }
});

test("a line without a checksum is accepted unchanged", () => {
  expect(stripChecksum('{"said":"hello"}')).toBe('{"said":"hello"}');
});

test.skipIf(typeof zlib.crc32 !== "function")("the fallback computes the same CRC-32 as zlib", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => crc32Fallback(bytes) === zlib.crc32(bytes)));
});
