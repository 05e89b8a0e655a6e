/**
 * The file that gives a restarted server its world back. Every change is appended before anybody hears of it, one line
 * for all that belongs together; on start the file is read, and written anew when it has grown far beyond its world.
 */
import { LockedError, StorageError, UsageError } from "../../errors/index.js";
import type { SiteHost } from "../../protocol/sites.js";
import { isRecord } from "../../protocol/values.js";
import { fileReason, storageError } from "../../storage/failures.js";
import { BadLine, LineFile } from "../../storage/json-lines.js";
import { isShared, plainFile } from "../../storage/plain-file.js";
import { lockFile, type ProcessLock } from "../../storage/process-lock.js";
import type { KeptNetwork, Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { ChangeSet } from "../world/changes.js";
import { pictureWeight, restoreSite } from "./restore.js";
import { header, storedEvent, storedMessage, storedRoom, storedUser, storedVisit } from "./rows.js";
import { chunks, snapshotOf, storedImage, weightOf } from "./snapshot.js";

/** A file this many times longer than what it says is written anew. */
const growth = 2;

export class Journal {
  readonly #path: string;
  readonly #lock: ProcessLock;
  readonly #sites = new Set<string>();
  #file: LineFile | null = null;
  #records = 0;
  #torn = 0;
  #waiting: string[] = [];
  #isFailing = false;

  private constructor(path: string) {
    this.#path = plainFile(path);
    this.#lock = lockFile(this.#path, {
      onLost: (error) => warn(`${error.message}; this server writes no more changes there`),
    });
  }

  /**
   * Reads a journal into worlds that are still empty; a file that is not there yet is an empty one.
   * @throws {LOCKED} when another server uses the file {STORAGE} when it cannot be read or written
   * @throws {BAD_ARGUMENT} when it is no journal, or keeps a site that does not run
   */
  static open(path: string, states: readonly SiteState[], network: Network): Journal {
    const journal = opened(path, () => new Journal(path));
    try {
      opened(path, () => journal.#read(states, network));
      return journal;
    } catch (error) {
      journal.#lock.release();
      throw error;
    }
  }

  /** Whether a site has a past in this journal. */
  keeps(host: SiteHost): boolean {
    return this.#sites.has(host);
  }

  /** Writes down everything that happens from now on. */
  start(states: readonly SiteState[], network: Network): void {
    const isNew = states.some(({ host }) => !this.#sites.has(host));
    const isLong = this.#records > growth * recordCount(states) + 1000;
    try {
      this.#file = opened(this.#path, () =>
        isNew || isLong || this.#torn > 0 || isShared(this.#path)
          ? LineFile.replace(this.#path, snapshotOf(states, network))
          : LineFile.open(this.#path),
      );
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    network.watch((change) => this.#note({ network: change }));
    for (const { host, world, images } of states) {
      world.changes.watch((changes) => {
        // Row by row: a history of a million messages must not stand in memory once more.
        for (const rows of storedChanges(changes)) this.#note({ site: host, ...rows });
      });
      images.watch((name, image) => this.#note({ site: host, images: [storedImage(name, image)] }));
    }
  }

  close(): void {
    this.#flush();
    this.#file?.close();
    this.#file = null;
    this.#lock.release();
  }

  #read(states: readonly SiteState[], network: Network): void {
    let isOurs = false;
    this.#torn = LineFile.read(this.#path, (row, line) => {
      if (isOurs) this.#take(row, line, states, network);
      else if (JSON.stringify(row) !== header) throw notOurs(this.#path);
      isOurs = true;
    });
    if (this.#torn === 0) return;
    // A new journal is there with its first line or not at all: a torn one is somebody else's.
    if (!isOurs) throw notOurs(this.#path);
    warn(`${this.#path} ended in the middle of a line; the last ${this.#torn} bytes were no change and are dropped`);
  }

  /** Takes a line back. What has the form of a line but not what belongs in it is damage, as what is no JSON. */
  #take(row: unknown, line: number, states: readonly SiteState[], network: Network): void {
    if (!isRecord(row)) throw new BadLine(line);
    const state = states.find(({ host }) => host === row.site);
    if (typeof row.site === "string" && !state) {
      throw new UsageError(`${this.#path} keeps ${row.site} too; name it in the option "sites"`);
    }
    try {
      if (isRecord(row.network)) network.restore(row.network as KeptNetwork);
      this.#records += state ? restoreSite(state, row) : 1;
    } catch {
      throw new BadLine(line); // what the platform says may quote the line, in which passwords stand
    }
    if (state) this.#sites.add(state.host);
  }

  #note(row: object): void {
    if (!this.#file) return;
    this.#waiting.push(JSON.stringify(row));
    this.#flush();
  }

  /** What a full disk does not take now is tried again with the next change. */
  #flush(): void {
    if (this.#waiting.length === 0 || !this.#file || !this.#lock.isHeld) return;
    try {
      this.#file.append(this.#waiting);
      this.#waiting = [];
      this.#isFailing = false;
    } catch (error) {
      if (this.#isFailing) return;
      this.#isFailing = true;
      const reason = fileReason(error) ?? (error instanceof Error ? error.message : String(error));
      warn(`${this.#path} cannot be written (${reason}); changes are kept in memory until it can`);
    }
  }
}

/** One line for what belongs together; more only for very many messages, or very long ones. */
function* storedChanges({ users, rooms, messages, visits, events }: ChangeSet): Generator<object> {
  const [last = [], ...before] = [...chunks(messages, weightOf)].reverse();
  if (before.length > 0 && rooms.size > 0) yield { rooms: [...rooms].map(storedRoom) };
  for (const some of before.reverse()) yield { messages: some.map(storedMessage) };
  yield {
    ...(users.size > 0 && { users: [...users].map(storedUser) }),
    ...(rooms.size > 0 && { rooms: [...rooms].map(storedRoom) }),
    ...(last.length > 0 && { messages: last.map(storedMessage) }),
    ...(visits.size > 0 && {
      visits: [...visits].flatMap(([room, people]) => [...people].map((id) => storedVisit(room, id))),
    }),
    ...(events.length > 0 && { events: events.map(storedEvent) }),
  };
}

function recordCount(states: readonly SiteState[]): number {
  let count = 0;
  for (const { world, images } of states) {
    count += pictureWeight * images.all().size;
    count += world.users.size + world.rooms.size + world.messages.size + world.log.all().length;
    for (const room of world.rooms.values()) count += room.visits.size;
  }
  return count;
}

/** Runs what touches the file; whatever goes wrong says which file it is. */
function opened<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof UsageError || error instanceof LockedError || error instanceof StorageError) throw error;
    if (error instanceof BadLine) {
      if (error.line === 1) throw notOurs(path);
      throw new UsageError(
        `${path} is damaged in line ${error.line}; remove that line, or name another file to begin anew`,
      );
    }
    throw storageError("use", path, error);
  }
}

function notOurs(path: string): UsageError {
  return new UsageError(`${path} is not a journal of this server; name another file`);
}

function warn(text: string): void {
  process.emitWarning(text, "ChatServerWarning");
}
