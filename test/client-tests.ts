/** The tests of a client that talks to a local server; `npm run test:slow` runs them with latency. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Calls that start the server of such a test with the latency of `test/latency.ts`. */
const starts = /\b(stage|listening|startServer|setStage|place)\(/;

/** Tests that start a server without being about the client, or that do not know how far away it is. */
const others: Readonly<Record<string, string>> = {
  "doc-bot-tests.test.ts": "a runner of its own",
  "layers.test.ts": "no server",
  "package.test.ts": "a package of its own",
};

/** Every test file that makes one of these calls, but for the tests of the server itself. */
export function clientTests(): string[] {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  return files
    .filter((name) => !name.startsWith("server-") && !(name in others))
    .filter((name) => starts.test(readFileSync(join(import.meta.dirname, name), "utf8")))
    .map((name) => `test/${name}`);
}

/** The tests that break first on a slow network; `npm test` runs them again with 60 ms of latency. */
export const tellingTests: string[] = [
  "test/outbox.test.ts",
  "test/stream.test.ts",
  "test/stream-closing.test.ts",
  "test/stream-trouble.test.ts",
  "test/lazy.test.ts",
];
