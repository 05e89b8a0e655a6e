/** The public API: every change of it is a change of etc/api, and every export is documented. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readApi } from "../scripts/package/api.mjs";

const root = resolve(import.meta.dirname, "..");
const { reports, undocumented } = readApi(root);

describe("the API report", () => {
  test.each([...reports])("etc/api/%s is the public API of dist", async (name, text) => {
    const accepted = await readFile(join(root, "etc/api", name), "utf8");
    expect(text, `the public API has changed; accept it with "npm run api" and tell it in CHANGELOG.md`).toBe(accepted);
  });

  test("covers every entry of the package", () => {
    expect([...reports.keys()]).toEqual(["client.md", "bot.md", "server.md", "testing.md", "protocol.md"]);
  });

  test("finds a doc comment on every public export and member", () => {
    expect(undocumented).toEqual([]);
  });
});
