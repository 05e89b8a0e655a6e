/** Which tests are of a client that talks to a local server, and are run again with the server far away. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What starts the server of such a test, as far away as `test/latency.ts` says. */
const starts = /\b(stage|listening|startServer|setStage|place)\(/;

/** Tests that start a server without being about the client, or that do not know how far away it is. */
const others: Readonly<Record<string, string>> = {
  "doc-bot-tests.test.ts": "a runner of its own",
  "layers.test.ts": "no server",
  "package.test.ts": "a package of its own",
};

/** Every test of a client: whatever starts a stage, but for the tests of the server itself. */
export function clientTests(): string[] {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  return files
    .filter((name) => !name.startsWith("server-") && !(name in others))
    .filter((name) => starts.test(readFileSync(join(import.meta.dirname, name), "utf8")))
    .map((name) => `test/${name}`);
}

/** Those that break first on a slow network; they run 60 ms away in `npm test`, in less than a minute. */
export const tellingTests: string[] = [
  "test/outbox.test.ts",
  "test/stream.test.ts",
  "test/stream-closing.test.ts",
  "test/stream-trouble.test.ts",
  "test/lazy.test.ts",
];
