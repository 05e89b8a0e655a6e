/** The command line in tests: in this process with a terminal that is made up, or as a program of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import type { ChatServer } from "chatexchange-ts/server";
import { onTestFinished } from "vitest";
import { runCli } from "../src/cli/run.js";
import { refuseSecrets } from "./secrets.js";
import { startServer } from "./support.js";

process.env.TZ = "UTC";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly columns?: number;
  /** Whether everything is a terminal. @default false */
  readonly tty?: boolean;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chatexchange-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The command line with a config folder of its own. */
export function commandLine(folder: string = temporaryFolder()): {
  readonly folder: string;
  /** Runs a command in this process. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Runs a command as a program. */
  program(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts a program, which ends with the test. */
  start(args: readonly string[], options?: RunOptions): ChildProcessWithoutNullStreams;
} {
  const start = (
    args: readonly string[],
    { env = {}, columns = 100 }: RunOptions = {},
  ): ChildProcessWithoutNullStreams => {
    const program = ["--import", "./test/only-loopback.mjs", "dist/cli/main.js", ...args];
    const child = spawn(process.execPath, program, {
      cwd: resolve(import.meta.dirname, ".."),
      env: {
        PATH: process.env.PATH ?? "",
        TZ: "UTC",
        COLUMNS: String(columns),
        CHATEXCHANGE_CONFIG_DIR: folder,
        ...env,
      },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  return {
    folder,
    start,
    async program(args, options = {}) {
      const child = start(args, options);
      const texts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8");
        child[name].on("data", (text: string) => {
          texts[name] += text;
        });
      }
      child.stdin.on("error", () => {});
      child.stdin.end(options.input ?? "");
      const [code] = await once(child, "close");
      refuseSecrets(texts);
      return { code: Number(code), ...texts };
    },
    async run(args, { env = {}, input = "", columns = 100, tty = false } = {}) {
      const [stdout, stderr] = [new Kept(), new Kept()];
      const code = await runCli(args, {
        stdout,
        stderr,
        stdin: Readable.from(input === "" ? [] : [input]),
        env: { CHATEXCHANGE_CONFIG_DIR: folder, ...env },
        tty: { stdout: tty, stderr: tty, stdin: false },
        columns,
        signal: new AbortController().signal,
      });
      refuseSecrets({ stdout: stdout.text, stderr: stderr.text });
      return { code, stdout: stdout.text, stderr: stderr.text };
    },
  };
}

class Kept extends Writable {
  text = "";

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Waits until something has come true; looks again each time something happens. */
export async function eventually(condition: () => boolean): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 30_000) throw new Error("it did not come true");
    await new Promise((next) => setImmediate(next));
  }
}

/** The lines of a program as they come. */
export function linesOf(stream: Readable): string[] {
  const lines: string[] = [];
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  return lines;
}

/** A site with Alice and Bob Baker, and how a command goes there. */
export async function place(): Promise<{ server: ChatServer; at: (...args: string[]) => string[] }> {
  const server = await startServer();
  for (const name of ["Alice", "Bob Baker"]) server.site.addUser({ name, reputation: 500 });
  return { server, at: (...args) => [...args, "--site", server.url] };
}
