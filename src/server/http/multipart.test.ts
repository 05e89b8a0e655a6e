import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMultipart } from "./multipart.js";

const CONTENT_TYPE = "multipart/form-data; boundary=aaab";
const HOSTILE_BODIES = [
  ["nothing but near misses of the boundary", "\r\n--aaa".repeat(1_200_000)],
  ["a boundary that never ends a part", `--aaab\r\n${"\r\n--aaab".repeat(1_000_000)}`],
  ["headers without an end", `--aaab\r\n${"Content-Disposition: form-data; ".repeat(250_000)}`],
  ["parts without headers", `--aaab\r\n\r\n\r\n`.repeat(500_000)],
  ["a name with an endless run of quotes", `--aaab\r\nContent-Disposition: form-data${';a="\\'.repeat(1_900_000)}`],
  ["white space after the boundary", `--aaab${" ".repeat(8_000_000)}x`],
] as const;

describe("parseMultipart", () => {
  test("parses the fields and files that the platform serialized", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "-", "\r\n", '"', " ", "é", "💥", "=", ";", "%22", ":") });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text, fc.boolean())), async (fields) => {
        const form = new FormData();
        for (const [name, value, isFile] of fields) form.append(name, isFile ? new Blob([value]) : value);
        const made = new Response(form);
        const bytes = Buffer.from(await made.arrayBuffer());
        const parts = parseMultipart(bytes, made.headers.get("content-type") ?? "");
        const got = parts?.map(({ name, bytes, isFile }) => [name, bytes.toString("utf8"), isFile]);
        // Browsers write a quote as %22, and %22 as itself.
        expect(got).toEqual(fields.map(([name, value, isFile]) => [name.replaceAll("%22", '"'), value, isFile]));
      }),
      { numRuns: 200 },
    );
  });

  test("rejects a truncated or damaged body without throwing", () => {
    const whole = Buffer.from(
      '--aaab\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--aaab\r\nContent-Disposition: form-data; name="fkey"\r\n\r\nk\r\n--aaab--',
    );
    expect(parseMultipart(whole, CONTENT_TYPE)?.map(({ name }) => name)).toEqual(["text", "fkey"]);
    for (let length = 0; length < whole.length; length++) {
      expect(parseMultipart(whole.subarray(0, length), CONTENT_TYPE)).toBeNull();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(whole.length), (bytes, at) => {
        const damaged = Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]);
        expect([null, 1, 2, 3]).toContain(parseMultipart(damaged, CONTENT_TYPE)?.length ?? null);
      }),
    );
  });

  test.each(HOSTILE_BODIES)("rejects 8 MB of hostile input in linear time: %s", (_, text) => {
    expect(parseMultipart(Buffer.from(text), CONTENT_TYPE)).toBeNull();
  });
});
