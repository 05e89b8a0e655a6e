/**
 * The file that persists a server's worlds across restarts. Every change is appended before any client gets its events,
 * one line for all changes that belong together. The file is compacted when it has grown far beyond its snapshot.
 */
import { LockedError, StorageError, UsageError } from "../../errors/index.js";
import type { SiteHost } from "../../protocol/sites.js";
import { isRecord, numberOf } from "../../protocol/values.js";
import { fileReason, storageError } from "../../storage/failures.js";
import { CorruptLineError, LineFile } from "../../storage/json-lines.js";
import { LineLog, type LineLogOptions } from "../../storage/line-log.js";
import { fileSize, hasOtherHardLinks, resolvePlainFile } from "../../storage/plain-file.js";
import { lockFile, type ProcessLock } from "../../storage/process-lock.js";
import type { Clock } from "../../util/clock.js";
import type { Network } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { ChangeSet } from "../world/changes.js";
import { changedRows, roomsIn } from "./changed-rows.js";
import { BadField, decodePartial } from "./fields.js";
import { restoreSite } from "./restore.js";
import { encodeImage, JOURNAL_VERSION, journalLine, snapshotLines } from "./snapshot.js";
import { networkCodecs } from "./tables.js";
import { Unwritten } from "./unwritten.js";

/** On start a file is rewritten if it has more bytes than this, and more than this many times its snapshot. */
const MIN_REWRITE_BYTES = 65_536;
const MAX_GROWTH = 2;
/** While in use it is compacted from this many bytes on, or if more characters than this wait in memory for the disk. */
const LIMITS = { compactBytes: 4_194_304, maxPendingChars: 16_777_216 };

/** The parts of a server that a journal persists. */
export interface JournaledParts {
  readonly states: readonly SiteState[];
  readonly network: Network;
  readonly clock: Clock;
}

export class Journal {
  readonly #path: string;
  readonly #parts: JournaledParts;
  readonly #lock: ProcessLock;
  readonly #sites = new Set<string>();
  readonly #unwritten: Unwritten;
  #log: LineLog | null = null;
  /** The version of the file; 0 if there is none yet. */
  #version = 0;
  /** The size in bytes of the snapshot at the start of the file; 0 if unknown. */
  #snapshotBytes = 0;
  #torn = 0;
  /** The messages changed since a snapshot was started, by site; null while none is in progress. */
  #changedSinceSnapshot: Map<string, Set<number>> | null = null;

  private constructor(path: string, kept: JournaledParts) {
    this.#path = resolvePlainFile(path);
    this.#parts = kept;
    this.#unwritten = new Unwritten(kept.clock);
    this.#lock = lockFile(this.#path, {
      onLost: (error) => warn(`${error.message}; this server no longer writes changes to it`),
    });
  }

  /**
   * Reads a journal into empty worlds. A missing file counts as empty.
   * @throws {LOCKED} if another server uses the file
   * @throws {STORAGE} if it cannot be read or written
   * @throws {BAD_ARGUMENT} if it is not a journal, is damaged, or has a site that is not running
   */
  static open(path: string, kept: JournaledParts): Journal {
    const journal = withFileErrors(path, () => new Journal(path, kept));
    try {
      withFileErrors(path, () => journal.#read());
      return journal;
    } catch (error) {
      journal.#lock.release();
      throw error;
    }
  }

  /** Whether the journal has data of a site. */
  has(host: SiteHost): boolean {
    return this.#sites.has(host);
  }

  /** Records all changes from now on. @throws {STORAGE} */
  start(): void {
    try {
      this.#log = withFileErrors(this.#path, () => this.#openLog());
    } catch (error) {
      this.#lock.release();
      throw error;
    }
    const { states, network } = this.#parts;
    network.onChange((change) => this.#append({ network: change }));
    for (const { host, world, images } of states) {
      world.changes.watch((changes) => this.#appendChanges(host, world, changes));
      images.onAdd((name, image) => this.#append({ site: host, images: [encodeImage(name, image)] }));
    }
  }

  /** Tries to write pending changes one last time. Returns the loss if that fails; never throws. */
  close(): StorageError | undefined {
    const failure = this.#log?.close();
    this.#log = null;
    this.#lock.release();
    return failure && this.#unwritten.lossError(this.#path, failure);
  }

  #openLog(): LineLog {
    const options: LineLogOptions = {
      clock: this.#parts.clock,
      limits: LIMITS,
      inSlices: true,
      lineOf: journalLine,
      snapshot: () => this.#snapshot(),
      mayWrite: () => this.#lock.isHeld,
      onReplaced: () => this.#lock.relock(),
      onFailing: ({ cause }) => {
        const reason = fileReason(cause) ?? (cause instanceof Error ? cause.message : String(cause));
        warn(`cannot write ${this.#path} (${reason}); changes are kept in memory and retried`);
      },
      onRecovered: () => {
        this.#unwritten.forget();
        warn(`${this.#path} can be written again; no changes were lost`);
      },
    };
    const isNew = this.#parts.states.some(({ host }) => !this.#sites.has(host));
    const mustReplace = isNew || this.#version < JOURNAL_VERSION || this.#torn > 0 || hasOtherHardLinks(this.#path);
    if (mustReplace) return LineLog.replace(this.#path, options);
    const size = fileSize(this.#path);
    if (size > Math.max(MIN_REWRITE_BYTES, MAX_GROWTH * this.#snapshotBytes)) {
      try {
        return LineLog.replace(this.#path, options);
      } catch {
        // No room for a rewrite; the longer file is just as valid.
      }
    }
    return LineLog.open(this.#path, options, this.#snapshotBytes || size);
  }

  *#snapshot(): Generator<string> {
    const touched = new Map<string, Set<number>>();
    this.#changedSinceSnapshot = touched;
    try {
      const { states, network } = this.#parts;
      yield* snapshotLines(states, network, (host, messageId) => touched.get(host)?.has(messageId) ?? false);
    } finally {
      if (this.#changedSinceSnapshot === touched) this.#changedSinceSnapshot = null;
    }
  }

  #read(): void {
    this.#torn = LineFile.read(this.#path, (row, line) => {
      if (this.#version > 0) this.#replay(row, line);
      else this.#version = versionOf(row, this.#path);
    });
    if (this.#torn === 0) return;
    // A new journal appears together with its first line, so a torn first line is not ours.
    if (this.#version === 0) throw notAJournal(this.#path);
    warn(
      `${this.#path} ended in the middle of a line; the last ${this.#torn} bytes were incomplete and have been dropped`,
    );
  }

  /** Replays a line. A line with invalid fields counts as damage, like one that is not JSON. */
  #replay(row: unknown, line: number): void {
    const { states, network } = this.#parts;
    const state = isRecord(row) ? states.find(({ host }) => host === row.site) : undefined;
    if (isRecord(row) && typeof row.site === "string" && !state) {
      throw new UsageError(`${this.#path} also has data of ${row.site}; add it to the option "sites"`);
    }
    try {
      if (state) {
        restoreSite(state, row, this.#version === 1);
        this.#sites.add(state.host);
      } else if (isRecord(row) && Object.keys(row).join() === "network") {
        network.restore(decodePartial(networkCodecs, row.network, "network"));
      } else if (isRecord(row) && Object.keys(row).join() === "snapshot") {
        this.#snapshotBytes = numberOf(row.snapshot) ?? 0;
      } else {
        throw new BadField("it", 'a row with a "site", a "network" or a "snapshot"');
      }
    } catch (error) {
      // A message of the platform could quote the line, which may hold passwords.
      throw new CorruptLineError(line, error instanceof BadField ? error.message : undefined);
    }
  }

  #appendChanges(host: SiteHost, world: SiteState["world"], changes: ChangeSet): void {
    if (this.#changedSinceSnapshot) {
      const ids = this.#changedSinceSnapshot.get(host) ?? new Set();
      for (const { id } of changes.messages.keys()) ids.add(id);
      this.#changedSinceSnapshot.set(host, ids);
    }
    for (const row of changedRows(world, changes, this.#changedSinceSnapshot !== null))
      this.#log?.append({ site: host, ...row });
    if (this.#log?.isFailing) this.#unwritten.note(roomsIn(changes));
  }

  #append(row: object): void {
    this.#log?.append(row);
    if (this.#log?.isFailing) this.#unwritten.note([]);
  }
}

/** Runs an operation on the file and turns its failures into errors that name the file. */
function withFileErrors<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof UsageError || error instanceof LockedError || error instanceof StorageError) throw error;
    if (error instanceof CorruptLineError) {
      if (error.line === 1) throw notAJournal(path);
      throw new UsageError(
        `${path} is damaged in line ${error.line}: ${error.fault}; remove that line, or use another file to start anew`,
      );
    }
    throw storageError("use", path, error);
  }
}

/** Reads the version from the first line of a journal. */
function versionOf(row: unknown, path: string): number {
  if (!isRecord(row) || row.journal !== "chatexchange-ts" || typeof row.version !== "number") throw notAJournal(path);
  if (row.version >= 1 && row.version <= JOURNAL_VERSION) return row.version;
  throw new UsageError(`${path} was written by a newer version of this package; use that version, or another file`);
}

function notAJournal(path: string): UsageError {
  return new UsageError(`${path} is not a journal of this server; use another file`);
}

function warn(text: string): void {
  process.emitWarning(text, "ChatServerWarning");
}
