/** Connects the REPL: to the configured site, or to its own local server if nothing is configured. */
import { Client } from "../../index.js";
import type { ChatServer } from "../../server/index.js";
import type { CliContext } from "../context.js";

/** A client and its server. */
export interface ReplConnection {
  readonly client: Client;
  /** The local server that was started for this REPL. */
  readonly server: ChatServer | undefined;
  /** Lines that say where it is connected. */
  readonly banner: readonly string[];
  /** Leaves the rooms and closes everything. */
  close(): Promise<void>;
}

/** How long to wait on exit for rooms to be left, in milliseconds. */
const LOGOUT_TIMEOUT_MS = 3_000;

/** The account on the local server, unless `--as` names another. */
const DEFAULT_PERSON = "Demo Bot";

/** Connects the REPL. */
export async function connectRepl(
  context: Pick<CliContext, "settings" | "client">,
  onError: (error: unknown) => void,
): Promise<ReplConnection> {
  const { site, email, password } = context.settings;
  const isSetUp = site.source !== "default" || email.value !== undefined || password.value;
  if (!isSetUp) return startLocally(context.settings.as.value ?? DEFAULT_PERSON, onError);
  const client = await context.client();
  return {
    client,
    server: undefined,
    banner: [`Connected to ${client.site.name} chat, ${client.site.chatOrigin} (from ${site.source}).`],
    close: () => client.logout({ drain: false, timeoutMs: LOGOUT_TIMEOUT_MS }),
  };
}

async function startLocally(name: string, onError: (error: unknown) => void): Promise<ReplConnection> {
  const { ChatServer } = await import("../../server/index.js");
  const server = await ChatServer.start({ world: "demo" });
  const person = server.site.user(name);
  const client = new Client(server.url, { email: person.email, password: person.password, onError });
  return {
    client,
    server,
    banner: [
      "Nothing is configured, so this is your own chat server, on this machine only; use --site se for the live site.",
      `In a browser: ${server.url}/rooms/1`,
    ],
    async close() {
      await client.logout({ drain: false, timeoutMs: LOGOUT_TIMEOUT_MS });
      await server.close();
    },
  };
}
