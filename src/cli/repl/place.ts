/** Where the REPL is: at the site that is set up, or, when nothing is, on a local server of its own. */
import { Client } from "../../index.js";
import type { ChatServer } from "../../server/index.js";
import type { CliContext } from "../context.js";

/** A client and where it is. */
export interface Place {
  readonly client: Client;
  /** The local server that was started for this REPL. */
  readonly server: ChatServer | undefined;
  /** What was done, in sentences. */
  readonly told: readonly string[];
  /** Leaves the rooms and ends everything. */
  close(): Promise<void>;
}

/** How long the end waits for rooms to be left, in milliseconds. */
const farewellMs = 3_000;

/** Who you are on the local server, unless `--as` says otherwise. */
const localPerson = "Demo Bot";

/** Finds the place. */
export async function openPlace(
  context: Pick<CliContext, "settings" | "client">,
  onError: (error: unknown) => void,
): Promise<Place> {
  const { site, email, password } = context.settings;
  const isSetUp = site.source !== "default" || email.value !== undefined || password.value;
  if (!isSetUp) return startLocally(context.settings.as.value ?? localPerson, onError);
  const client = await context.client();
  return {
    client,
    server: undefined,
    told: [`At ${client.site.name} chat, ${client.site.chatOrigin} (from ${site.source}).`],
    close: () => client.logout({ drain: false, timeoutMs: farewellMs }),
  };
}

async function startLocally(name: string, onError: (error: unknown) => void): Promise<Place> {
  const { ChatServer } = await import("../../server/index.js");
  const server = await ChatServer.start({ world: "demo" });
  const person = server.site.user(name);
  const client = new Client(server.url, { email: person.email, password: person.password, onError });
  return {
    client,
    server,
    told: [
      "Nothing is set up, so this is a chat server of your own, on this machine only; --site se goes to the real one.",
      `In a browser: ${server.url}/rooms/1`,
    ],
    async close() {
      await client.logout({ drain: false, timeoutMs: farewellMs });
      await server.close();
    },
  };
}
