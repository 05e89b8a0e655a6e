/** A context for `repl` and `doctor` until the table of commands brings the real one. */
import { Client } from "../index.js";
import type { CliContext } from "./context.js";
import { passwordOf, readSettings } from "./settings.js";

/** The context of this process. */
export function provisionalContext(args: readonly string[]): CliContext {
  const { stdout, stderr, stdin, env } = process;
  const at = args.indexOf("--site");
  const settings = readSettings({ site: at < 0 ? undefined : args[at + 1], local: args.includes("--local") }, env);
  const ending = new AbortController();
  process.once("SIGINT", () => ending.abort());
  let client: Promise<Client> | undefined;
  return {
    stdout,
    stderr,
    stdin,
    env,
    isTty: stdout.isTTY === true,
    colours: stdout.isTTY === true && !env.NO_COLOR,
    json: args.includes("--json"),
    signal: ending.signal,
    settings,
    client: () => {
      const email = settings.email.value;
      const password = passwordOf(env);
      const login = email !== undefined && password !== undefined ? { email, password } : {};
      client ??= Promise.resolve(new Client(settings.site.value, { ...login, onError: () => {} }));
      return client;
    },
  };
}
