// One site under test: its users, its bot with a client that listens to all rooms, and the record of each room.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Disk } from "./disk.mjs";
import { People } from "./people.mjs";
import { Talker } from "./sends.mjs";
import { RoomRecord } from "./truth.mjs";
import { Wire } from "./wire.mjs";

/** The request timeout, in milliseconds of the manual clock. */
const TIMEOUT_MS = 10_000;

/** Stands for the time before the first fault. */
const NO_FAULT = { kind: "(none yet)", number: 0 };

export class Stage {
  site;
  /** The network between the bot and the site. */
  wire;
  /** The disk of the bot's state file, if it has one. */
  disk;
  rooms;
  bot;
  people;
  /** The record of each room, by id. */
  records;
  client;
  talker;
  /** The last fault injected into this site. */
  fault = NO_FAULT;
  /** Failures that ended listening, or that were unhandled. */
  failures = [];
  #lib;
  #clock;
  #random;
  #stream;
  #folder;
  /** Resolves when the bot has started to listen. */
  #begun;
  #watches = [];
  #logouts = [];

  /** Opens the network, and starts the bot. */
  static async open(parts) {
    const { site, clock, random, keepsState } = parts;
    const wire = await Wire.open({ target: site.resolve(site.chatOrigin), clock, random: random.wire });
    const folder = keepsState ? await mkdtemp(join(tmpdir(), "chaos-")) : null;
    return new Stage({ ...parts, wire, folder });
  }

  constructor({ lib, site, wire, folder, rooms, clock, random, stream }) {
    this.#lib = lib;
    this.#clock = clock;
    this.#random = random;
    this.#stream = stream;
    this.site = site;
    this.wire = wire;
    this.disk = new Disk(random.disk);
    this.#folder = folder;
    this.rooms = rooms;
    for (const id of rooms) site.addRoom({ id, name: `Room ${id}`, owners: [site.user("Alice")] });
    this.bot = site.user("Bot");
    this.people = new People(site, rooms, this.bot, random.people);
    this.records = new Map(rooms.map((id) => [id, new RoomRecord(id)]));
    site.onEvent((event) => {
      if (event.onlyFor !== null && event.onlyFor !== this.bot.id) return;
      this.records.get(event.roomId)?.recordHappened(event, this.fault);
    });
    this.talker = new Talker(this, random.sends);
    this.client = this.#connect({});
  }

  /** Resolves when the bot listens to all rooms. */
  async ready() {
    await this.#begun;
    await Promise.all(this.#watches.map(({ ready }) => ready));
  }

  /** The milliseconds of the manual clock. */
  now() {
    return this.#clock.now();
  }

  /** Whether the bot has a state file. */
  get keepsState() {
    return this.#folder !== null;
  }

  /** Whether all events are delivered and all messages sent. */
  get isCurrent() {
    return this.hasDeliveredAll && this.talker.pending === 0;
  }

  /** Whether all events are delivered. */
  get hasDeliveredAll() {
    if (this.client.state !== "live" || !this.talker.mayTalk) return false;
    return [...this.records.values()].every((record) => {
      const newest = Math.max(0, ...[...record.happened.keys()].slice(-1));
      return record.reached >= newest;
    });
  }

  /** Stops the bot without draining, and starts another that resumes. */
  restart() {
    const { cursors } = this.client;
    for (const record of this.records.values()) record.recordRestart();
    // State that is not on the disk when the bot ends is lost, and repeating its events would not be a bug.
    this.disk.isFull = false;
    const end = this.client.logout({ drain: false });
    this.#logouts.push(end);
    this.client = this.keepsState ? this.#connect({}, end) : this.#connect({ cursors });
  }

  async close() {
    this.disk.isFull = false;
    await Promise.all([...this.#logouts, this.client.logout({ drain: false })]);
    await this.wire.close();
    if (this.#folder) await rm(this.#folder, { recursive: true });
  }

  #connect(stream, before) {
    const { Client } = this.#lib;
    const { host, name, chatOrigin, loginOrigin } = this.site;
    const resolve = (origin) => this.site.resolve(origin) && this.wire.endpoint;
    const client = new Client(
      { host, name, chatOrigin, loginOrigin, resolve },
      {
        email: this.bot.email,
        password: this.bot.password,
        clock: this.#clock,
        random: this.#random.client.next,
        timeoutMs: TIMEOUT_MS,
        // The faults would only fill the log.
        logger: {},
        stream: { ...this.#stream, ...stream },
        ...(this.keepsState ? { stateFile: join(this.#folder, "state.jsonl"), files: this.disk.files } : {}),
        onError: (error) => {
          // A full disk is reported, but must have no other effect.
          if (error?.code !== "STORAGE" || !this.keepsState) this.failures.push({ error, fault: this.fault });
        },
      },
    );
    if (this.keepsState) this.#begun = this.#resume(client, before);
    else this.#listen(client);
    return client;
  }

  #listen(client) {
    this.#watches = this.rooms.map((id) =>
      client.getRoom(id).watch((event) => {
        this.records.get(id).recordDelivered(event, this.fault, this.site.oldestCursor);
      }),
    );
    this.talker.mayTalk = true;
  }

  async #resume(client, before) {
    this.talker.mayTalk = false;
    try {
      await before;
      const sends = await client.resume({ wait: true });
      this.talker.takesOver(sends);
      this.#listen(client);
    } catch (error) {
      // Another restart may have ended this client meanwhile.
      if (error?.code !== "CLOSED" && error?.code !== "ABORTED") this.failures.push({ error, fault: this.fault });
    }
  }
}
