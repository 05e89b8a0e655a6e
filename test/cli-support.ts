/** The command line in tests: in this process with a fake terminal, or as a program. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import type { ChatServer } from "chatexchange-ts/server";
import { onTestFinished } from "vitest";
import type { Terminal } from "../src/cli/context.js";
import { runCli } from "../src/cli/run.js";
import { refuseSecrets } from "./secrets.js";
import { startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly columns?: number;
  /** Whether stdin, stdout and stderr are terminals. @default false */
  readonly tty?: boolean;
}

/** A command that runs in this process, until its end or a signal. */
export interface Begun {
  /** The complete lines so far. */
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  /** Ends it as Ctrl-C does; resolves to the exit code. */
  interrupt(): Promise<number>;
}

/** The command line with its own config folder. */
export function commandLine(folder: string = temporaryFolder()): {
  readonly folder: string;
  /** Runs a command in this process. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Begins a command in this process. */
  begin(args: readonly string[], options?: RunOptions): Begun;
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
    begin(args, options = {}) {
      const ending = new AbortController();
      const terminal = fakeTerminal(folder, options, ending.signal);
      const { stdout, stderr } = terminal;
      const ended = runCli(args, terminal);
      const interrupt = async (): Promise<number> => {
        ending.abort("interrupted");
        const code = await ended;
        refuseSecrets({ stdout: stdout.text, stderr: stderr.text });
        return code;
      };
      onTestFinished(() => void interrupt());
      return {
        get lines() {
          return stdout.lines;
        },
        get errors() {
          return stderr.lines;
        },
        interrupt,
      };
    },
    async run(args, options = {}) {
      const terminal = fakeTerminal(folder, options, new AbortController().signal);
      const code = await runCli(args, terminal);
      const [stdout, stderr] = [terminal.stdout.text, terminal.stderr.text];
      refuseSecrets({ stdout, stderr });
      return { code, stdout, stderr };
    },
  };
}

function fakeTerminal(
  folder: string,
  { env = {}, input = "", columns = 100, tty = false }: RunOptions,
  signal: AbortSignal,
): Terminal & { readonly stdout: Kept; readonly stderr: Kept } {
  return {
    stdout: new Kept(),
    stderr: new Kept(),
    stdin: Readable.from(input === "" ? [] : [input]),
    env: { CHATEXCHANGE_CONFIG_DIR: folder, ...env },
    tty: { stdout: tty, stderr: tty, stdin: false },
    columns,
    signal,
  };
}

class Kept extends Writable {
  text = "";

  /** The complete lines. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Waits for a condition. Between two looks the processor is free for the program that the test waits for. */
export async function eventually(condition: () => boolean): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 30_000) throw new Error("it did not come true");
    await new Promise((next) => setTimeout(next, 1));
  }
}

/** The lines of a program so far. */
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
