/** The tests in docs/testing-your-bot.md are run as a bot author would: by Vitest, and by `node --test`. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
/** Inside the package, so that its own name leads to `dist`. */
const folder = join(root, "build/doc-tests");
const run = promisify(execFile);
const onlyLoopback = join(root, "test/only-loopback.mjs");
/** What a runner says to its children would mislead another runner. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_)/.test(name)));

let snippets: string[] = [];

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(join(root, "test/cassettes/reconnect.cassette"), join(folder, "report.cassette"));
  const page = await readFile(join(root, "docs/testing-your-bot.md"), "utf8");
  snippets = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const module = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  for (const [index, code] of snippets.entries()) {
    const name = /^\/\/ ([\w.-]+)\.ts\n/.exec(code)?.[1];
    const isTest = /^test\(/m.test(code) && !code.includes("node:test");
    if (!name && !isTest) continue;
    const { outputText } = ts.transpileModule(code, { compilerOptions: module });
    await writeFile(join(folder, `${name ?? `example-${index}.test`}.js`), outputText);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the tests in docs/testing-your-bot.md", () => {
  test("begin with one of 15 lines", () => {
    const first = snippets.find((code) => code.startsWith("// greeter.test.ts\n")) ?? "";
    const lines = first.split("\n").filter((line) => line !== "" && !line.startsWith("//"));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  test("pass under Vitest", { timeout: 60_000 }, async () => {
    const alias = Object.entries({ "": "index", "/testing": "testing/index", "/server": "server/index" });
    const config = {
      resolve: {
        alias: alias.map(([entry, file]) => ({
          find: `chatexchange-ts${entry}`,
          replacement: join(root, "dist", `${file}.js`),
        })),
      },
      test: { include: ["*.test.js"], setupFiles: [onlyLoopback], reporters: ["json"] },
    };
    // The longer names first: an alias stands for what begins with it, too.
    config.resolve.alias.reverse();
    await writeFile(join(folder, "vitest.config.mjs"), `export default ${JSON.stringify(config)};`);
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const { stdout } = await run(process.execPath, [vitest, "run", "--root", folder], { cwd: folder, env }).catch(
      (error) => {
        throw new Error(`${error.stdout}\n${error.stderr}`);
      },
    );
    const report = JSON.parse(stdout.slice(stdout.indexOf("{")));
    expect(report).toMatchObject({ numFailedTests: 0, numPassedTests: 3 });
  });

  test("pass under node:test", { timeout: 60_000 }, async () => {
    const args = ["--import", onlyLoopback, "--test", "--test-reporter=tap", "greeter.node-test.js"];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env }).catch((error) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
