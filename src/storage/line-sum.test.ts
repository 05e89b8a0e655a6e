import zlib from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ownCrc32, summed, withoutSum } from "./line-sum.js";

test("a line with a sum is JSON, and without it what it was", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const line = JSON.stringify(value);
      expect(JSON.parse(summed(line))).toMatchObject({ sum: expect.stringMatching(/^[0-9a-f]{8}$/) });
      expect(withoutSum(summed(line))).toBe(line);
    }),
  );
});

test("a character that has changed is noticed anywhere before the sum", () => {
  const line = summed('{"said":"hello"}');
  for (let at = 0; at < line.indexOf(',"sum"'); at++) {
    expect(withoutSum(`${line.slice(0, at)}~${line.slice(at + 1)}`)).toBeUndefined();
  }
});

test("a line without a sum is taken as it is", () => {
  expect(withoutSum('{"said":"hello"}')).toBe('{"said":"hello"}');
});

test.skipIf(typeof zlib.crc32 !== "function")("the checksum of runtimes without one is that of zlib", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => ownCrc32(bytes) === zlib.crc32(bytes)));
});
