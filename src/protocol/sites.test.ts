import { describe, expect, it } from "vitest";
import { UsageError } from "../errors/index.js";
import { siteOf } from "./sites.js";

describe("siteOf", () => {
  it.each(["stackoverflow.com", "chat.stackoverflow.com", " https://Chat.StackOverflow.com// "])(
    "accepts %j",
    (host) => {
      expect(siteOf(host).chatOrigin).toBe("https://chat.stackoverflow.com");
    },
  );

  it.each(["constructor", "chat.toString", "https://__proto__", "", "example.com", "http://example.com"])(
    "rejects %j",
    (host) => {
      expect(() => siteOf(host)).toThrow(UsageError);
    },
  );

  it.each([null, undefined, 5, Symbol("x"), {}, { toString: 1 }, Object.create(null)])(
    "rejects values that are not hosts (%#)",
    (host: unknown) => {
      expect(() => Reflect.apply(siteOf, undefined, [host])).toThrow(UsageError);
    },
  );
});
