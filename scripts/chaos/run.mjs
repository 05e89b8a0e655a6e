// One run of the chaos suite: a local server with two sites and five rooms, people, bots and trouble, all from a seed.
import { compareRoom, contextOf } from "./compare.mjs";
import { faultKinds, floods } from "./faults.mjs";
import { Random } from "./random.mjs";
import { compareSends } from "./sends.mjs";
import { Stage } from "./stage.mjs";
import { tally } from "./tally.mjs";
import { Traffic } from "./traffic.mjs";

const layout = { "stackexchange.com": [11, 12, 13], "stackoverflow.com": [21, 22] };

/** Virtual time that the quiet at the end may take until everything has been told. */
const quietLimitMs = 2 * 3_600_000;
/** Of all events so many are the bots' own words. */
const sendShare = 0.05;
/** Longer than the stream waits before it asks whether news were lost. */
const auditMs = 150_000;

/** The machine's own time that one answer is waited for; a busy machine may stall. */
const standMs = 5_000;
/** Of a network that takes its time: milliseconds each way. */
const slowly = { requests: [0, 3], answers: [0, 3], frames: [0, 3] };

const turn = () => new Promise((resolve) => setImmediate(resolve));
const realTime = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs the suite once.
 * @param lib - `Client`, `ChatServer` and `ManualClock`, of the sources or of the built package.
 */
export async function runChaos(lib, options) {
  const run = new Run(lib, options);
  try {
    await run.start();
    await run.trouble();
    await run.quiet();
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
  /** What ends at a virtual time. */
  #endings = [];
  /** Events that faults made happen at once. */
  #flooded = 0;
  #maxEvents;
  #begun = performance.now();
  #problems = [];
  #traffic = new Traffic();
  /** Virtual time from the last fault until everything had been told, and said. */
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
    // One server in five remembers so much that nothing leaves its memory.
    const isRoomy = seed % 5 === 0;
    this.#kinds = faultKinds({ sends, restarts, keepsState, without, isRoomy });
    this.#maxEvents = isRoomy ? 50_000 : Math.max(120, Math.min(300, Math.floor(events / 60)));
  }

  async start() {
    const { ChatServer } = this.#lib;
    const { seed, throttle, latency } = this.#options;
    this.#server = await ChatServer.start({
      sites: Object.keys(layout),
      clock: this.#clock,
      maxEvents: this.#maxEvents,
      backlogLimit: 40,
      starsPerDay: 1e9,
      // The server's own guard against repetitions would hide those of an outbox.
      duplicateWindowMs: seed % 3 === 0 ? 0 : 60_000,
      throttle,
    });
    for (const [host, rooms] of Object.entries(layout)) {
      const random = this.#random;
      const site = this.#server.sites[host];
      const stream = { sockets: this.#options.sockets };
      const { keepsState } = this.#options;
      const stage = await Stage.open({ lib: this.#lib, site, rooms, clock: this.#clock, random, stream, keepsState });
      this.#stages.push(stage);
      if (latency) stage.wire.latency = slowly;
    }
    await this.#turnUntil(Promise.all(this.#stages.map((stage) => stage.ready())));
    for (let passes = 0; passes < 20; passes++) await this.#pass(500);
    for (const { records } of this.#stages) for (const record of records.values()) record.begins();
  }

  /** People act and faults strike until enough has happened. */
  async trouble() {
    const { events, faults, sends, throttle } = this.#options;
    const { pace } = this.#random;
    // Who may say something every 20 seconds only needs more time for as much.
    const slowness = sends && throttle ? 2.5 : 1;
    let said = 0;
    const names = this.#deck(faults);
    // What a fault makes happen at once does not count, or it would bring the next faults with it.
    const atOnce = floods(this.#maxEvents);
    const calm = Math.max(events / 4, events - names.reduce((sum, name) => sum + (atOnce[name] ?? 0), 0));
    const due = names.map(() => this.#random.faults.next() * calm * 0.98).sort((a, b) => a - b);
    while (this.#happened < events || due.length > 0) {
      for (let deeds = pace.chance(0.05) ? pace.between(2, 12) : 1; deeds > 0; deeds--) {
        pace.pick(this.#stages).people.act();
      }
      while (due.length > 0 && due[0] <= this.#happened - this.#flooded) {
        due.shift();
        this.#strike(names.pop());
      }
      while (sends && said < this.#happened * sendShare) said += pace.pick(this.#stages).talker.talk();
      await this.#pass(pace.between(50, 1_500) * slowness);
    }
  }

  /** No more faults: time passes until everything has been told, and then some. */
  async quiet() {
    for (const { end } of this.#endings.splice(0)) end();
    for (const { site, disk } of this.#stages) {
      disk.isFull = false;
      site.faults.clear();
      site.faults.silenceSockets(false);
      site.faults.holdFrames(false);
      site.faults.readOnly(false);
    }
    const begin = this.#clock.now();
    await this.#passUntil(() => this.#stages.every((stage) => stage.hasHeardAll));
    this.#settled.toldMs = this.#clock.now() - begin;
    await this.#passUntil(() => this.#stages.every(({ talker }) => talker.pending === 0));
    this.#settled.saidMs = this.#clock.now() - begin;
    await this.#passUntil(() => true, auditMs);
    await this.#passUntil(() => this.#stages.every((stage) => stage.isCurrent));
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
    await this.#turnUntil(Promise.all(this.#stages.map((stage) => stage.close())));
    await this.#server?.close();
    this.#traffic.close();
  }

  get #happened() {
    let sum = 0;
    for (const { records } of this.#stages) for (const { happened } of records.values()) sum += happened.size;
    return sum;
  }

  /** Every kind as often as every other, in a random order. */
  #deck(count) {
    const names = Object.keys(this.#kinds);
    const deck = Array.from({ length: count }, (_, at) => names[at % names.length]);
    for (let at = deck.length - 1; at > 0; at--) {
      const other = this.#random.faults.between(0, at);
      [deck[at], deck[other]] = [deck[other], deck[at]];
    }
    return deck;
  }

  #strike(kind) {
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

  /** Turns the clock, from timer to timer; it stands still while something is under way. */
  async #pass(ms) {
    const end = this.#clock.now() + ms;
    do {
      await this.#stand();
      const left = end - this.#clock.now();
      await this.#clock.advance(Math.min(left, Math.max(1, this.#clock.untilNextMs ?? left)));
      const now = this.#clock.now();
      for (const { end } of this.#endings.filter(({ at }) => at <= now)) end();
      this.#endings = this.#endings.filter(({ at }) => at > now);
    } while (this.#clock.now() < end);
  }

  /** Lets sockets and requests get on. */
  async #stand() {
    const begin = performance.now();
    for (let quietTurns = 0; quietTurns < 3; ) {
      await turn();
      quietTurns = this.#isUnderWay && performance.now() - begin < standMs ? 0 : quietTurns + 1;
      if (quietTurns === 0 && this.#stages.some(({ wire }) => wire.inTheAir > 0)) await realTime(1);
    }
  }

  get #hanging() {
    return this.#stages.reduce((sum, { site: { faults } }) => sum + faults.hanging, 0);
  }

  get #isUnderWay() {
    return this.#traffic.underWay(this.#hanging) > 0;
  }

  /** Turns the clock while something is waited for: what it waits for may wait for the clock. */
  async #turnUntil(promise) {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    while (!isOver) {
      await realTime(0);
      await this.#pass(500);
    }
    return promise;
  }

  async #passUntil(isDone, atLeastMs = 0) {
    const begin = this.#clock.now();
    for (;;) {
      const passed = this.#clock.now() - begin;
      if (passed >= atLeastMs && isDone()) return;
      if (passed > quietLimitMs) return;
      await realTime(0);
      await this.#pass(2_000);
    }
  }
}

/** Half of the seeds have one socket for all rooms of a site, in runs of four. */
function socketsOf(seed) {
  return [2, 3, 4, 5].includes(seed % 8) ? "shared" : "room";
}
