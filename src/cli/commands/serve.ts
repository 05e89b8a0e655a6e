/** `chatexchange serve`: a local chat server, until Ctrl-C. */
import { ChatServer } from "../../server/index.js";
import type { CliContext } from "../context.js";
import { exitCodes } from "../exit-codes.js";
import { announceServer, localPassword } from "../setup/target.js";
import { countFlag, type Flags, textFlag, usage } from "../table/arguments.js";

const defaultPort = 8070;

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const port = countFlag(flags, "port", 0) ?? defaultPort;
  if (port > 65_533) throw usage("--port takes 0 to 65533; three sites need three ports");
  const data = textFlag(flags, "data");
  const options = {
    port,
    world: flags.seed === "empty" ? ("empty" as const) : ("demo" as const),
    throttle: flags.throttle !== "off",
    showAccounts: true,
    ...(data === undefined ? {} : { journal: data }),
  };
  const server = await ChatServer.start(options);
  const withdraw = await announceServer(context.settings.folder.value, server).catch((error: unknown) => {
    context.note(`chatexchange: ${messageOf(error)}; --local will not find it`);
    return async () => {};
  });
  try {
    await introduce(context, server, data);
    await interruption(context.signal);
  } finally {
    await withdraw();
    // A command that is interrupted has no other way to say what the disk of its data did not take.
    await server.close().catch((error: unknown) => context.note(`chatexchange: ${messageOf(error)}`));
  }
  return exitCodes.success;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function introduce(context: CliContext, server: ChatServer, data: string | undefined): Promise<void> {
  const sites = Object.values(server.sites);
  if (context.json) {
    for (const { url, host } of sites) await context.printJson({ url, host });
    return;
  }
  const { style } = context;
  await context.print("A chat server is up, for this machine only:\n");
  for (const { url, host } of sites) await context.print(`  ${style("bold", url)}  ${host}`);
  const people = server.site.users;
  if (people.length > 0) {
    await context.print(`\nPeople you can be (password "${localPassword}"):\n`);
    for (const { name, email } of people) await context.print(`  ${name.padEnd(16)} ${style("dim", email)}`);
  }
  const name = people[0]?.name ?? "Alice";
  await context.print(`\nTry, in another terminal:\n
  chatexchange tail 1 --follow --local
  chatexchange send 1 hello --local --as ${/\s/.test(name) ? `"${name}"` : name}

${data === undefined ? "What is said is gone when it ends; --data FILE keeps it." : `What is said is kept in ${data}.`}
Ctrl-C ends it.`);
}

function interruption(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
