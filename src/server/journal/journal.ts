/**
 * The file that gives a restarted server its world back. Every change is appended before anybody hears of it, one line
 * for all that belongs together; the file is compacted when it has grown far beyond its world.
 */
import { LockedError, StorageError, UsageError } from "../../errors/index.js";
import type { SiteHost } from "../../protocol/sites.js";
import { isRecord, numberOf } from "../../protocol/values.js";
import { fileReason, storageError } from "../../storage/failures.js";
import { BadLine, LineFile } from "../../storage/json-lines.js";
import { LineLog, type LineLogOptions } from "../../storage/line-log.js";
import { fileSize, isShared, plainFile } from "../../storage/plain-file.js";
import { lockFile, type ProcessLock } from "../../storage/process-lock.js";
import type { Clock } from "../../util/clock.js";
import type { Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { ChangeSet } from "../world/changes.js";
import { changedRows, roomsIn } from "./changed-rows.js";
import { BadField, loadedSome } from "./fields.js";
import { restoreSite } from "./restore.js";
import { journalVersion, lineOf, snapshotOf, storedImage } from "./snapshot.js";
import { networkFields } from "./tables.js";
import { Unwritten } from "./unwritten.js";

/** At the start a file is written anew when it is longer than this, in bytes, and than so many times its world. */
const startBytes = 65_536;
const startGrowth = 2;
/** While it is used, it is compacted from so many bytes on; and beyond so many characters in memory, a snapshot is shorter. */
const limits = { compactBytes: 4_194_304, waitingChars: 16_777_216 };

/** The parts of a server that a journal keeps. */
export interface Kept {
  readonly states: readonly SiteState[];
  readonly network: Network;
  readonly clock: Clock;
}

export class Journal {
  readonly #path: string;
  readonly #kept: Kept;
  readonly #lock: ProcessLock;
  readonly #sites = new Set<string>();
  readonly #unwritten: Unwritten;
  #log: LineLog | null = null;
  /** The version of the file; 0 when there is none yet. */
  #version = 0;
  /** The size of the snapshot that the file begins with, in bytes; 0 when it does not say. */
  #snapshotBytes = 0;
  #torn = 0;
  /** The messages that have changed since a snapshot was begun, by site; null while none is written. */
  #touched: Map<string, Set<number>> | null = null;

  private constructor(path: string, kept: Kept) {
    this.#path = plainFile(path);
    this.#kept = kept;
    this.#unwritten = new Unwritten(kept.clock);
    this.#lock = lockFile(this.#path, {
      onLost: (error) => warn(`${error.message}; this server writes no more changes there`),
    });
  }

  /**
   * Reads a journal into worlds that are still empty; a file that is not there yet is an empty one.
   * @throws {LOCKED} when another server uses the file {STORAGE} when it cannot be read or written
   * @throws {BAD_ARGUMENT} when it is no journal, is damaged, or keeps a site that does not run
   */
  static open(path: string, kept: Kept): Journal {
    const journal = opened(path, () => new Journal(path, kept));
    try {
      opened(path, () => journal.#read());
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

  /** Writes down everything that happens from now on. @throws {STORAGE} */
  start(): void {
    try {
      this.#log = opened(this.#path, () => this.#openLog());
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    const { states, network } = this.#kept;
    network.watch((change) => this.#note({ network: change }));
    for (const { host, world, images } of states) {
      world.changes.watch((changes) => this.#noteChanges(host, world, changes));
      images.watch((name, image) => this.#note({ site: host, images: [storedImage(name, image)] }));
    }
  }

  /** Writes what waits, one last time. Returns what is lost when that fails; never throws. */
  close(): StorageError | undefined {
    const failure = this.#log?.close();
    this.#log = null;
    this.#lock.release();
    return failure && this.#unwritten.lossOf(this.#path, failure);
  }

  #openLog(): LineLog {
    const options: LineLogOptions = {
      clock: this.#kept.clock,
      limits,
      inSlices: true,
      lineOf,
      snapshot: () => this.#snapshot(),
      mayWrite: () => this.#lock.isHeld,
      onReplaced: () => this.#lock.follow(),
      onFailing: ({ cause }) => {
        const reason = fileReason(cause) ?? (cause instanceof Error ? cause.message : String(cause));
        warn(`${this.#path} cannot be written (${reason}); changes are kept in memory until it can`);
      },
      onWorking: () => {
        this.#unwritten.forget();
        warn(`${this.#path} can be written again; no change is lost`);
      },
    };
    const isNew = this.#kept.states.some(({ host }) => !this.#sites.has(host));
    const mustReplace = isNew || this.#version < journalVersion || this.#torn > 0 || isShared(this.#path);
    if (mustReplace) return LineLog.replace(this.#path, options);
    const size = fileSize(this.#path);
    if (size > Math.max(startBytes, startGrowth * this.#snapshotBytes)) {
      try {
        return LineLog.replace(this.#path, options);
      } catch {
        // There is no room for a shorter one: the long one is as good.
      }
    }
    return LineLog.open(this.#path, options, this.#snapshotBytes || size);
  }

  *#snapshot(): Generator<string> {
    const touched = new Map<string, Set<number>>();
    this.#touched = touched;
    try {
      const { states, network } = this.#kept;
      yield* snapshotOf(states, network, (host, messageId) => touched.get(host)?.has(messageId) ?? false);
    } finally {
      if (this.#touched === touched) this.#touched = null;
    }
  }

  #read(): void {
    this.#torn = LineFile.read(this.#path, (row, line) => {
      if (this.#version > 0) this.#take(row, line);
      else this.#version = versionOf(row, this.#path);
    });
    if (this.#torn === 0) return;
    // A new journal is there with its first line or not at all: a torn one is somebody else's.
    if (this.#version === 0) throw notOurs(this.#path);
    warn(`${this.#path} ended in the middle of a line; the last ${this.#torn} bytes were no change and are dropped`);
  }

  /** Takes a line back. What has the form of a line but not what belongs in it is damage, as what is no JSON. */
  #take(row: unknown, line: number): void {
    const { states, network } = this.#kept;
    const state = isRecord(row) ? states.find(({ host }) => host === row.site) : undefined;
    if (isRecord(row) && typeof row.site === "string" && !state) {
      throw new UsageError(`${this.#path} keeps ${row.site} too; name it in the option "sites"`);
    }
    try {
      if (state) {
        restoreSite(state, row, this.#version === 1);
        this.#sites.add(state.host);
      } else if (isRecord(row) && Object.keys(row).join() === "network") {
        network.restore(loadedSome(networkFields, row.network, "network"));
      } else if (isRecord(row) && Object.keys(row).join() === "snapshot") {
        this.#snapshotBytes = numberOf(row.snapshot) ?? 0;
      } else {
        throw new BadField("it", 'a row with a "site", a "network" or a "snapshot"');
      }
    } catch (error) {
      // The platform's message may quote the line, which holds passwords.
      throw new BadLine(line, error instanceof BadField ? error.message : undefined);
    }
  }

  #noteChanges(host: SiteHost, world: SiteState["world"], changes: ChangeSet): void {
    if (this.#touched) {
      const ids = this.#touched.get(host) ?? new Set();
      for (const { id } of changes.messages.keys()) ids.add(id);
      this.#touched.set(host, ids);
    }
    for (const row of changedRows(world, changes, this.#touched !== null)) this.#log?.note({ site: host, ...row });
    if (this.#log?.isFailing) this.#unwritten.note(roomsIn(changes));
  }

  #note(row: object): void {
    this.#log?.note(row);
    if (this.#log?.isFailing) this.#unwritten.note([]);
  }
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
        `${path} is damaged in line ${error.line}: ${error.fault}; remove that line, or name another file to begin anew`,
      );
    }
    throw storageError("use", path, error);
  }
}

/** The version in the first line of a journal. */
function versionOf(row: unknown, path: string): number {
  if (!isRecord(row) || row.journal !== "chatexchange-ts" || typeof row.version !== "number") throw notOurs(path);
  if (row.version >= 1 && row.version <= journalVersion) return row.version;
  throw new UsageError(
    `${path} is a journal of a newer version of this package; use that version, or name another file`,
  );
}

function notOurs(path: string): UsageError {
  return new UsageError(`${path} is not a journal of this server; name another file`);
}

function warn(text: string): void {
  process.emitWarning(text, "ChatServerWarning");
}
