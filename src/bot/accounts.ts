/** The bot's accounts: one client for each site, who it is there, and which messages are its own. */
import { type Client, isChatError, type Room, UsageError } from "../index.js";
import { RecentSet } from "../util/recent-set.js";

const MAX_OWN = 5_000;
/** Failures of what the last process left waiting that the repeated runs deal with. */
const EXPECTED = ["TOO_LATE", "NOT_FOUND", "ALREADY_DELETED", "NOT_YOURS", "DUPLICATE"] as const;

interface Account {
  readonly name: string;
  readonly own: RecentSet<number>;
}

export class Accounts {
  readonly #accounts = new Map<Client, Account>();
  /** The clients that had a state to resume. */
  readonly durable: Set<Client> = new Set();

  get clients(): readonly Client[] {
    return [...this.#accounts.keys()];
  }

  /** Resumes each client that has a state, and finds out who it is. */
  async open(rooms: readonly Room[], signal: AbortSignal, report: (error: unknown) => void): Promise<void> {
    const clients = [...new Set(rooms.map(({ client }) => client))];
    const hosts = clients.map(({ site }) => site.host);
    if (new Set(hosts).size < hosts.length)
      throw new UsageError("run takes rooms of one client for each site, because a bot would answer itself otherwise");
    for (const client of clients) {
      if (client.hasState) this.durable.add(client);
      if (client.needsResume)
        for (const waiting of await client.resume({ wait: true, signal }))
          waiting.catch((error: unknown) => (isChatError(error, ...EXPECTED) ? undefined : report(error)));
      const me = await client.getMe();
      this.#accounts.set(client, { name: await me.name, own: new RecentSet(MAX_OWN) });
    }
  }

  nameAt(client: Client): string {
    return this.#accounts.get(client)?.name ?? "";
  }

  noteOwn(client: Client, messageId: number): void {
    this.#accounts.get(client)?.own.add(messageId);
  }

  isOwn(client: Client, messageId: number): boolean {
    return this.#accounts.get(client)?.own.has(messageId) ?? false;
  }
}
