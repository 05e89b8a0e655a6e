// One run of the chaos suite: a local server with two sites and five rooms, users, bots and faults, all from a seed.
import { compareRoom, contextOf } from "./compare.mjs";
import { faultKinds, floods } from "./faults.mjs";
import { Random } from "./random.mjs";
import { compareSends } from "./sends.mjs";
import { Stage } from "./stage.mjs";
import { tally } from "./tally.mjs";
import { Traffic } from "./traffic.mjs";

const ROOMS_BY_SITE = { "stackexchange.com": [11, 12, 13], "stackoverflow.com": [21, 22] };

/** The most virtual time after the last fault until all events are delivered. */
const QUIET_LIMIT_MS = 2 * 3_600_000;
/** The share of events that are messages of the bots. */
const SEND_SHARE = 0.05;
/** Longer than the interval in which the stream checks for lost events. */
const AUDIT_MS = 150_000;

/** The most real time to wait for one response; a busy machine may stall. */
const MAX_WAIT_MS = 5_000;
/** The latency of a slow network, in milliseconds each way. */
const SLOW_LATENCY = { requests: [0, 3], answers: [0, 3], frames: [0, 3] };

const turn = () => new Promise((resolve) => setImmediate(resolve));
const realTime = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs the suite once.
 * @param lib - `Client`, `ChatServer` and `ManualClock`, of the sources or of the built package
 */
export async function runChaos(lib, options) {
  const run = new Run(lib, options);
  try {
    await run.start();
    await run.injectFaults();
    await run.settle();
    return run.result();
  } finally {
    await run.close();
  }
}

class Run {
  #lib;
  #options;
  #clock;
  #random;
  #server;
  #stages = [];
  #kinds;
  #injected = [];
  /** The faults that end at a virtual time. */
  #endings = [];
  /** The number of events that faults caused at once. */
  #flooded = 0;
  #maxEvents;
  #begun = performance.now();
  #problems = [];
  #traffic = new Traffic();
  /** The virtual time from the last fault until all events were delivered, and all messages sent. */
  #settled = { toldMs: 0, saidMs: 0 };

  constructor(lib, options) {
    const { seed, events, faults, sends = true, restarts = true, without } = options;
    const { throttle = seed % 2 === 0, latency = [1, 2].includes(seed % 4), sockets = socketsOf(seed) } = options;
    this.#lib = lib;
    const { keepsState = seed % 3 === 0 } = options;
    this.#options = { seed, events, faults, sends, throttle, latency, sockets, keepsState };
    this.#clock = new lib.ManualClock();
    const of = (salt) => new Random(Math.imul(seed + 1, 0x9e3779b1) + salt);
    this.#random = { people: of(1), faults: of(2), pace: of(3), sends: of(4), client: of(5), wire: of(6), disk: of(7) };
    // One server in five keeps so many events that none are evicted.
    const isRoomy = seed % 5 === 0;
    this.#kinds = faultKinds({ sends, restarts, keepsState, without, isRoomy });
    this.#maxEvents = isRoomy ? 50_000 : Math.max(120, Math.min(300, Math.floor(events / 60)));
  }

  async start() {
    const { ChatServer } = this.#lib;
    const { seed, throttle, latency } = this.#options;
    this.#server = await ChatServer.start({
      sites: Object.keys(ROOMS_BY_SITE),
      clock: this.#clock,
      maxEvents: this.#maxEvents,
      backlogLimit: 40,
      starsPerDay: 1e9,
      // The server's duplicate check would hide duplicates of an outbox.
      duplicateWindowMs: seed % 3 === 0 ? 0 : 60_000,
      throttle,
    });
    for (const [host, rooms] of Object.entries(ROOMS_BY_SITE)) {
      const random = this.#random;
      const site = this.#server.sites[host];
      const stream = { sockets: this.#options.sockets };
      const { keepsState } = this.#options;
      const stage = await Stage.open({ lib: this.#lib, site, rooms, clock: this.#clock, random, stream, keepsState });
      this.#stages.push(stage);
      if (latency) stage.wire.latency = SLOW_LATENCY;
    }
    await this.#advanceUntil(Promise.all(this.#stages.map((stage) => stage.ready())));
    for (let passes = 0; passes < 20; passes++) await this.#advance(500);
    for (const { records } of this.#stages) for (const record of records.values()) record.reset();
  }

  /** Runs actions of users and injects faults until enough events have happened. */
  async injectFaults() {
    const { events, faults, sends, throttle } = this.#options;
    const { pace } = this.#random;
    // With the rate limit, the same number of messages needs more time.
    const slowness = sends && throttle ? 2.5 : 1;
    let said = 0;
    const names = this.#deck(faults);
    // Events that a fault causes at once do not count, or they would trigger the next faults.
    const atOnce = floods(this.#maxEvents);
    const calm = Math.max(events / 4, events - names.reduce((sum, name) => sum + (atOnce[name] ?? 0), 0));
    const due = names.map(() => this.#random.faults.next() * calm * 0.98).sort((a, b) => a - b);
    while (this.#happened < events || due.length > 0) {
      for (let deeds = pace.chance(0.05) ? pace.between(2, 12) : 1; deeds > 0; deeds--) {
        pace.pick(this.#stages).people.act();
      }
      while (due.length > 0 && due[0] <= this.#happened - this.#flooded) {
        due.shift();
        this.#inject(names.pop());
      }
      while (sends && said < this.#happened * SEND_SHARE) said += pace.pick(this.#stages).talker.talk();
      await this.#advance(pace.between(50, 1_500) * slowness);
    }
  }

  /** Ends all faults, and advances the clock until all events are delivered, and then some. */
  async settle() {
    for (const { end } of this.#endings.splice(0)) end();
    for (const { site, disk } of this.#stages) {
      disk.isFull = false;
      site.faults.clear();
      site.faults.silenceSockets(false);
      site.faults.holdFrames(false);
      site.faults.readOnly(false);
    }
    const begin = this.#clock.now();
    await this.#advanceWhileNot(() => this.#stages.every((stage) => stage.hasDeliveredAll));
    this.#settled.toldMs = this.#clock.now() - begin;
    await this.#advanceWhileNot(() => this.#stages.every(({ talker }) => talker.pending === 0));
    this.#settled.saidMs = this.#clock.now() - begin;
    await this.#advanceWhileNot(() => true, AUDIT_MS);
    await this.#advanceWhileNot(() => this.#stages.every((stage) => stage.isCurrent));
  }

  result() {
    const rooms = [];
    const sends = [];
    for (const stage of this.#stages) {
      for (const { error, fault } of stage.failures) {
        this.#problems.push({ kind: "failed", text: `${stage.site.host}: ${error?.stack ?? error}`, fault });
      }
      const { problems: unsaid, counts } = compareSends(stage.talker, stage);
      this.#problems.push(...unsaid);
      sends.push(counts);
      for (const record of stage.records.values()) {
        const { problems, gaps } = compareRoom(record);
        for (const problem of problems) this.#problems.push({ ...problem, context: contextOf(record, problem.at) });
        rooms.push({ record, gaps });
      }
    }
    const { seed, latency, sockets, keepsState } = this.#options;
    const seconds = (performance.now() - this.#begun) / 1000;
    const mode = { latency, sockets, keepsState, settled: this.#settled };
    const kinds = Object.keys(this.#kinds);
    return tally({ seed, mode, seconds, kinds, injected: this.#injected, rooms, problems: this.#problems, sends });
  }

  async close() {
    await this.#advanceUntil(Promise.all(this.#stages.map((stage) => stage.close())));
    await this.#server?.close();
    this.#traffic.close();
  }

  get #happened() {
    let sum = 0;
    for (const { records } of this.#stages) for (const { happened } of records.values()) sum += happened.size;
    return sum;
  }

  /** Every fault equally often, in random order. */
  #deck(count) {
    const names = Object.keys(this.#kinds);
    const deck = Array.from({ length: count }, (_, at) => names[at % names.length]);
    for (let at = deck.length - 1; at > 0; at--) {
      const other = this.#random.faults.between(0, at);
      [deck[at], deck[other]] = [deck[other], deck[at]];
    }
    return deck;
  }

  #inject(kind) {
    const random = this.#random.faults;
    const stage = random.pick(this.#stages);
    const fault = { kind, number: this.#injected.length + 1, site: stage.site.host };
    this.#injected.push(fault);
    stage.fault = fault;
    if (kind === "stale fkey" || kind === "expired login") for (const other of this.#stages) other.fault = fault;
    const before = this.#happened;
    this.#kinds[kind]({
      site: stage.site,
      faults: stage.site.faults,
      people: stage.people,
      wire: stage.wire,
      disk: stage.disk,
      rooms: stage.rooms,
      random,
      maxEvents: this.#maxEvents,
      restart: () => stage.restart(),
      forWhile: (ms, end) => this.#endings.push({ at: this.#clock.now() + ms, end }),
    });
    this.#flooded += this.#happened - before;
  }

  /** Advances the clock from timer to timer, and waits at each while traffic is under way. */
  async #advance(ms) {
    const end = this.#clock.now() + ms;
    do {
      await this.#waitForTraffic();
      const left = end - this.#clock.now();
      await this.#clock.advance(Math.min(left, Math.max(1, this.#clock.untilNextMs ?? left)));
      const now = this.#clock.now();
      for (const { end } of this.#endings.filter(({ at }) => at <= now)) end();
      this.#endings = this.#endings.filter(({ at }) => at > now);
    } while (this.#clock.now() < end);
  }

  /** Waits for sockets and requests in real time. */
  async #waitForTraffic() {
    const begin = performance.now();
    for (let quietTurns = 0; quietTurns < 3; ) {
      await turn();
      quietTurns = this.#isUnderWay && performance.now() - begin < MAX_WAIT_MS ? 0 : quietTurns + 1;
      if (quietTurns === 0 && this.#stages.some(({ wire }) => wire.inTheAir > 0)) await realTime(1);
    }
  }

  get #hanging() {
    return this.#stages.reduce((sum, { site: { faults } }) => sum + faults.hanging, 0);
  }

  get #isUnderWay() {
    return this.#traffic.underWay(this.#hanging) > 0;
  }

  /** Advances the clock until a promise settles, because the promise may wait for the clock. */
  async #advanceUntil(promise) {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    while (!isOver) {
      await realTime(0);
      await this.#advance(500);
    }
    return promise;
  }

  async #advanceWhileNot(isDone, atLeastMs = 0) {
    const begin = this.#clock.now();
    for (;;) {
      const passed = this.#clock.now() - begin;
      if (passed >= atLeastMs && isDone()) return;
      if (passed > QUIET_LIMIT_MS) return;
      await realTime(0);
      await this.#advance(2_000);
    }
  }
}

/** Half of the seeds have one socket for all rooms of a site, in runs of four. */
function socketsOf(seed) {
  return [2, 3, 4, 5].includes(seed % 8) ? "shared" : "room";
}
