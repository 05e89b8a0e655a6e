/** `chatexchange serve`: runs a local chat server until Ctrl-C. */
import { ChatServer } from "../../server/index.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { announceServer, LOCAL_PASSWORD } from "../setup/target.js";
import { readTls } from "../setup/tls-files.js";
import { countFlag, type Flags, textFlag, usageError } from "../table/arguments.js";

const DEFAULT_PORT = 8070;

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const port = countFlag(flags, "port", 0) ?? DEFAULT_PORT;
  if (port > 65_533) throw usageError("--port must be 0 to 65533, because the three sites use three consecutive ports");
  const data = textFlag(flags, "data");
  const files = textFlag(flags, "tls");
  const secured = files === undefined ? null : await readTls(files, Date.now());
  for (const warning of secured?.warnings ?? []) context.note(`chatexchange: ${warning}`);
  const options = {
    port,
    world: flags.seed === "empty" ? ("empty" as const) : ("demo" as const),
    throttle: flags.throttle !== "off",
    showAccounts: true,
    ...(data === undefined ? {} : { journal: data }),
    ...(secured ? { tls: secured.tls } : {}),
  };
  const server = await ChatServer.start(options);
  const withdraw = await announceServer(context.settings.folder.value, server, secured?.tls.cert).catch(
    (error: unknown) => {
      context.note(`chatexchange: ${messageOf(error)}; --local will not find this server`);
      return async () => {};
    },
  );
  try {
    await introduce(context, server, data, secured !== null);
    await interruption(context.signal);
  } finally {
    await withdraw();
    // Errors of a command that was interrupted are not printed otherwise, such as data that could not be saved.
    await server.close().catch((error: unknown) => context.note(`chatexchange: ${messageOf(error)}`));
  }
  return EXIT_CODES.success;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function introduce(
  context: CliContext,
  server: ChatServer,
  data: string | undefined,
  isSecure: boolean,
): Promise<void> {
  const sites = Object.values(server.sites);
  if (context.json) {
    for (const { url, host } of sites) await context.printJson({ url, host });
    return;
  }
  const { style } = context;
  await context.print("The chat server is running, for this machine only:\n");
  for (const { url, host } of sites) await context.print(`  ${style("bold", url)}  ${host}`);
  if (isSecure) {
    await context.print(
      "\nEach of them answers for all hosts of the live sites; docs/foreign-clients.md explains how clients connect.",
    );
  }
  const people = server.site.users;
  if (people.length > 0) {
    await context.print(`\nAccounts (password "${LOCAL_PASSWORD}"):\n`);
    for (const { name, email } of people) await context.print(`  ${name.padEnd(16)} ${style("dim", email)}`);
  }
  const name = people[0]?.name ?? "Alice";
  await context.print(`\nIn another terminal, try:\n
  chatexchange tail 1 --follow --local
  chatexchange send 1 hello --local --as ${/\s/.test(name) ? `"${name}"` : name}

${data === undefined ? "Messages are lost when it stops; use --data FILE to keep them." : `Messages are stored in ${data}.`}
Press Ctrl-C to stop.`);
}

function interruption(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
