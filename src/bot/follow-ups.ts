/** Deletes an answer after a while, or replaces its box by a plain address. Kept over restarts. */
import { type Client, isChatError, type Room } from "../index.js";
import type { Runner } from "./runner.js";
import type { Json } from "./store/index.js";
import type { Alarms } from "./time/alarms.js";

type What = "delete" | "condense";

export class FollowUps {
  readonly #alarms: Alarms;
  readonly #runner: Runner;

  constructor(alarms: Alarms, runner: Runner) {
    this.#alarms = alarms;
    this.#runner = runner;
  }

  async set(what: What, room: Room, ids: readonly number[], afterMs: number): Promise<void> {
    const data: Json = { host: room.site.host, roomId: room.id, ids: [...ids] };
    await this.#alarms.set(`answer:${what}`, this.#runner.now() + afterMs, data);
  }

  /** Handles an alarm of this kind. Rejects if something unexpected fails. */
  async ring(what: What, data: Json, clients: readonly Client[]): Promise<void> {
    const { host, roomId, ids } = data as {
      readonly host: string;
      readonly roomId: number;
      readonly ids: readonly number[];
    };
    const client = clients.find(({ site }) => site.host === host);
    if (!client) return;
    if (what === "delete") return this.#runner.removeMessages(client.getRoom(roomId), ids);
    for (const id of ids) await condense(client, id);
  }
}

/** Replaces an address that is shown as a box by the same address, shown as text. */
async function condense(client: Client, id: number): Promise<void> {
  const message = client.getMessage(id);
  // The same address said twice has an invisible character.
  const source = (await message.contentSource).replace(/\u2060/g, "");
  const [, prefix = "", url] = /^(:\d+\s+)?(https?:\/\/\S+)$/.exec(source.trim()) ?? [];
  if (url === undefined) return;
  try {
    await message.edit(`<${url}>`, { key: `condense ${prefix}${id}` });
  } catch (error) {
    if (!isChatError(error, "TOO_LATE", "NOT_FOUND", "ALREADY_DELETED")) throw error;
  }
}
