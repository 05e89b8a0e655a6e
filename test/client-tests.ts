/** Which test files a run takes: those of a client for `npm run test:slow`, those with a longer version for a release. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Calls that make a client, or start a server with the latency of `test/latency.ts`. */
const direct = ["new Client", "startServer", "setStage"];

/** Tests that make one of these calls and are exempt from latency, with the reason. */
export const nearTests: Readonly<Record<string, string>> = {
  "browser.test.ts": "about the pages of the server",
  "killed-server.test.ts": "about the journal of the server",
  "layers.test.ts": "no server",
  "long-requests.test.ts": "its timers stand still, those of the latency too",
  "odd-files.test.ts": "about what stands in the place of a file",
  "options.test.ts": "options are refused before anything is asked",
  "package.test.ts": "a package of its own",
  "recorded-answers.test.ts": "no server",
};

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");

/** Whether a text makes one of these calls. */
function calls(text: string, names: readonly string[]): boolean {
  return new RegExp(`\\b(${names.join("|")})\\(`).test(text);
}

/** The direct calls, and the helpers beside the tests that make one of them, directly or through another helper. */
function clientCalls(helpers: readonly string[]): string[] {
  const functions = helpers.flatMap((name) => [
    ...read(name).matchAll(/^export (?:async )?function (?<name>\w+)(?<body>.*?)^\}/gms),
  ]);
  const names = new Set(direct);
  for (let before = 0; before < names.size; ) {
    before = names.size;
    for (const { groups } of functions) {
      if (groups?.name && calls(groups.body ?? "", [...names])) names.add(groups.name);
    }
  }
  return [...names];
}

/** Every test file with such a call, except the tests of the server itself and the exempt ones. */
export function clientTests(): string[] {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts"));
  const names = clientCalls(files.filter((name) => !/\.test(-d)?\.ts$/.test(name)));
  return files
    .filter((name) => name.endsWith(".test.ts") && !name.startsWith("server-") && !(name in nearTests))
    .filter((name) => calls(read(name), names))
    .map((name) => `test/${name}`);
}

/** Client tests that start a server without the latency of the run: a mistake in each. */
export function testsWithNearServers(): string[] {
  return clientTests().filter((path) => read(path.replace("test/", "")).includes("ChatServer.start("));
}

/** The tests that break first on a slow network; `npm test` runs them again with 60 ms of latency. */
export const tellingTests: string[] = ["test/outbox.test.ts", "test/stream-trouble.test.ts"];

/** The tests that run longer, or at all, in `npm run test:release`: they import test/sizes.ts. */
export function releaseTests(): string[] {
  return ["src", "test"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, "..", folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => join(folder, name))
      .filter((path) => /from "[./]+\/sizes\.js"/.test(readFileSync(join(import.meta.dirname, "..", path), "utf8"))),
  );
}
