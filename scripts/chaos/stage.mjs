// One site under trouble: its people, its bot with a client that listens to every room, and what is known of each room.
import { People } from "./people.mjs";
import { Talker } from "./sends.mjs";
import { RoomRecord } from "./truth.mjs";

/** Milliseconds of the machine's clock until a request is given up: requests that hang cost real time. */
const timeoutMs = 250;

/** Before the first fault. */
const noFault = { kind: "(none yet)", number: 0 };

export class Stage {
  site;
  rooms;
  bot;
  people;
  /** What is known of each room, by id. */
  records;
  client;
  talker;
  /** The last fault that met this site. */
  fault = noFault;
  /** Failures that ended listening or that nobody looked at. */
  failures = [];
  #lib;
  #clock;
  #random;
  #watches = [];
  #logouts = [];

  constructor({ lib, site, rooms, clock, random }) {
    this.#lib = lib;
    this.#clock = clock;
    this.#random = random;
    this.site = site;
    this.rooms = rooms;
    for (const id of rooms) site.addRoom({ id, name: `Room ${id}`, owners: [site.user("Alice")] });
    this.bot = site.user("Bot");
    this.people = new People(site, rooms, this.bot, random.people);
    this.records = new Map(rooms.map((id) => [id, new RoomRecord(id)]));
    site.onEvent((event) => {
      if (event.onlyFor !== null && event.onlyFor !== this.bot.id) return;
      this.records.get(event.roomId)?.happens(event, this.fault);
    });
    this.talker = new Talker(this, random.sends);
    this.client = this.#connect({});
  }

  /** Resolves when every room is listened to. */
  async ready() {
    await Promise.all(this.#watches.map(({ ready }) => ready));
  }

  /** Nothing that happened is still to be told, and nothing is still to be said. */
  get isCurrent() {
    if (this.client.state !== "live" || this.talker.pending > 0) return false;
    return [...this.records.values()].every((record) => {
      const newest = Math.max(0, ...[...record.happened.keys()].slice(-1));
      return record.reached >= newest;
    });
  }

  /** The bot stops without warning, and another starts where it stopped. */
  restart() {
    const { cursors } = this.client;
    for (const record of this.records.values()) record.restarts();
    this.#logouts.push(this.client.logout({ drain: false }));
    this.client = this.#connect({ cursors });
  }

  async close() {
    await Promise.all([...this.#logouts, this.client.logout({ drain: false })]);
  }

  #connect(stream) {
    const { Client } = this.#lib;
    const client = new Client(this.site, {
      email: this.bot.email,
      password: this.bot.password,
      clock: this.#clock,
      random: this.#random.client.next,
      timeoutMs,
      stream,
      onError: (error) => this.failures.push({ error, fault: this.fault }),
    });
    this.#watches = this.rooms.map((id) =>
      client.getRoom(id).watch((event) => {
        this.records.get(id).hears(event, this.fault, this.site.oldestCursor);
      }),
    );
    return client;
  }
}
