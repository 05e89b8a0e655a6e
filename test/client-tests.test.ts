/** The list of client tests that `npm run test:slow` runs finds its files by itself. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clientTests, nearTests, tellingTests, testsWithNearServers } from "./client-tests.js";

test("every test of a client starts its servers with the latency of the run", () => {
  expect(testsWithNearServers()).toEqual([]);
});

test("a test is found by the client it makes, and by a helper that makes one for it", () => {
  const found = clientTests();
  for (const name of ["hijacked-site", "older-files", "late-answers", "stream-trouble", "cli-tail", "stage"])
    expect(found).toContain(`test/${name}.test.ts`);
  expect(found).toEqual(expect.arrayContaining(tellingTests));
});

test("every test that is exempt from latency exists", () => {
  for (const name of Object.keys(nearTests)) expect(existsSync(join(import.meta.dirname, name)), name).toBe(true);
});
