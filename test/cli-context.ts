/** A context for commands that run in a test: it collects their output, and shares nothing with this process. */
import { PassThrough } from "node:stream";
import type { CliContext } from "../src/cli/context.js";
import { Client } from "../src/index.js";
import { temporaryFolder } from "./temporary.js";

/** The part of a context that the commands of src/cli/repl and src/cli/doctor use. */
type NeededContext = Pick<
  CliContext,
  "stdout" | "stderr" | "stdin" | "env" | "isTty" | "colors" | "columns" | "json" | "signal" | "settings" | "client"
>;

/** A context, and the ends of its streams. */
export interface TestContext extends NeededContext {
  readonly typed: PassThrough;
  readonly interrupt: AbortController;
  readonly folder: string;
  /** Everything written so far. */
  output(): string;
  errors(): string;
}

/** Options of a test context. */
export interface TestContextOptions {
  /** The client of the target, from either entry of the package. @default no client */
  readonly client?: object;
  readonly isTty?: boolean;
  readonly json?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly email?: string;
}

/** A context with a folder of its own. */
export function testContext(options: TestContextOptions = {}): TestContext {
  const { client, isTty = false, json = false, env = {}, email } = options;
  const folder = temporaryFolder();
  const typed = Object.assign(new PassThrough(), { isTTY: isTty });
  const [stdout, output] = kept(isTty);
  const [stderr, errors] = kept(isTty);
  const interrupt = new AbortController();
  const known = <T>(value: T, source = "default"): { value: T; source: string } => ({ value, source });
  return {
    stdout,
    stderr,
    stdin: typed,
    typed,
    env,
    isTty,
    json,
    colors: false,
    columns: 100,
    interrupt,
    signal: interrupt.signal,
    folder,
    settings: {
      profile: known("default"),
      folder: known(folder),
      site: client instanceof Client ? known(client.site.host, "flag --site") : known("stackexchange.com"),
      as: known<string | undefined>(undefined, "not set"),
      email: known(email, email === undefined ? "not set" : "CHATEXCHANGE_EMAIL"),
      password: known(env.CHATEXCHANGE_PASSWORD !== undefined, "CHATEXCHANGE_PASSWORD"),
    },
    client: async () => {
      if (client instanceof Client) return client;
      throw new Error("nothing is set up");
    },
    output,
    errors,
  };
}

function kept(isTty: boolean): [PassThrough, () => string] {
  const stream = Object.assign(new PassThrough(), { isTTY: isTty, columns: 100, rows: 30 });
  let text = "";
  stream.on("data", (chunk) => {
    text += String(chunk);
  });
  return [stream, () => text];
}
