/** A bot's night: every command is executed once and in order, through every incident between evening and morning. */
import { type Client, MessagePosted, StreamGap, type StreamState } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { sizeOf } from "./sizes.js";
import { next, type Stage, stage, until } from "./support.js";

const second = 1_000;
const minute = 60 * second;

/** A bot that executes commands, and a night on a manual clock. */
interface Night extends Stage {
  readonly clock: ManualClock;
  readonly chat: Client;
  /** The executed commands, in order. */
  readonly executed: string[];
  /** The commands of the users, in order. */
  readonly asked: string[];
  readonly reported: unknown[];
  /** The values of a health page. */
  readonly health: { readonly at: number; readonly state: StreamState }[];
  /** A user gives a command. */
  asks(what: string): void;
  /** Time goes by. */
  pass(ms: number): Promise<void>;
  /** Waits until every command is executed, and checks that each was executed once and in order. */
  settles(): Promise<void>;
}

async function night(): Promise<Night> {
  const clock = new ManualClock();
  const set = await stage({ clock, throttle: true, maxRequests: 100_000 });
  const reported: unknown[] = [];
  const chat = set.client({
    clock,
    random: () => 0.5,
    onError: (error) => void reported.push(error),
    outbox: { patienceMs: 120 * minute },
  });
  const health: { at: number; state: StreamState }[] = [];
  chat.onStateChange((state) => void health.push({ at: clock.now(), state }));
  const me = await chat.getMe();
  const [executed, asked, gaps]: [string[], string[], string[]] = [[], [], []];
  const watch = chat.getRoom(1).watch(async (event) => {
    if (event instanceof StreamGap) gaps.push(String(event));
    if (!(event instanceof MessagePosted) || event.user === me) return;
    const what = /^!!\/do (.*)$/.exec(event.textContent ?? "")?.[1];
    if (what === undefined) return;
    executed.push(what);
    if (what.startsWith("throw")) throw new Error(what);
    if (what.startsWith("dawdle")) await new Promise<void>((wake) => clock.setTimeout(wake, 10 * minute));
    await event.message.reply(`done: ${what}`);
  });
  await watch.ready;
  const answers = (): string[] =>
    set.server.site
      .room(1)
      .messages.filter(({ userId }) => userId === me.id)
      .map(({ source }) => source.replace(/^:\d+ done: /, ""));
  return {
    ...set,
    clock,
    chat,
    executed,
    asked,
    reported,
    health,
    asks(what) {
      asked.push(what);
      set.alice.in(1).says(`!!/do ${what}`);
    },
    async pass(ms) {
      const end = clock.now() + ms;
      await until(clock, () => clock.now() >= end, 5 * second);
    },
    async settles() {
      const answered = asked.filter((what) => !what.startsWith("throw"));
      const isDone = (): boolean => executed.length >= asked.length && answers().length >= answered.length;
      await until(clock, () => isDone() && chat.outbox.pending.length === 0 && chat.state === "live", 5 * second);
      expect(executed).toEqual(asked);
      const byTurn = (list: readonly string[]): string[] => list.filter((what) => !what.startsWith("dawdle"));
      expect(byTurn(answers())).toEqual(byTurn(answered));
      expect(answers().toSorted()).toEqual(answered.toSorted());
      expect(gaps).toEqual([]);
    },
  };
}

/** Whether the site answers. */
interface Incident {
  readonly name: string;
  readonly lastsMs: number;
  begin(night: Night): void;
  end(night: Night): void;
  /** The expected state of the stream during the incident. */
  readonly middle: readonly StreamState[];
}

const nothing = (): void => {};

const incidents: readonly Incident[] = [
  {
    name: "the network is gone for 10 minutes",
    lastsMs: 10 * minute,
    begin({ server: { site } }) {
      site.faults.hangUp(/./, 1_000_000);
      site.faults.dropSockets();
    },
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["resuming"],
  },
  {
    name: "the socket goes silent",
    lastsMs: 5 * minute,
    begin: ({ server: { site } }) => site.faults.silenceSockets(),
    end: ({ server: { site } }) => site.faults.silenceSockets(false),
    middle: ["live", "stale", "resuming", "polling"],
  },
  {
    name: "the site is out of order for an hour",
    lastsMs: 60 * minute,
    begin({ server: { site } }) {
      site.faults.fail(/./, { status: 503, body: "<html>We are offline for maintenance</html>", times: 1_000_000 });
      site.faults.dropSockets();
    },
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["resuming"],
  },
  {
    name: "sockets are refused for half an hour, while the rest works",
    lastsMs: 30 * minute,
    begin({ server: { site } }) {
      site.faults.fail(/^\/events\/\d+\//, { status: 502, times: 1_000_000 });
      site.faults.dropSockets();
    },
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["polling"],
  },
  {
    name: "sockets are cut off every few seconds",
    lastsMs: 4 * minute,
    begin({ clock, server: { site } }) {
      const drop = (left: number): void => {
        site.faults.dropSockets();
        if (left > 0) clock.setTimeout(() => drop(left - 1), 7 * second);
      };
      drop(30);
    },
    end: nothing,
    middle: ["live", "resuming", "polling"],
  },
  {
    name: "the fkey is rotated",
    lastsMs: 5 * minute,
    begin: ({ server: { site } }) => site.faults.rotateFkeys(),
    end: nothing,
    middle: ["live"],
  },
  {
    name: "the cookies expire",
    lastsMs: 5 * minute,
    begin: ({ server: { site } }) => site.faults.expireSessions(),
    end: nothing,
    middle: ["live"],
  },
  {
    name: "the fkey is rotated and the cookies expire while the network is gone",
    lastsMs: 10 * minute,
    begin({ server: { site } }) {
      site.faults.hangUp(/./, 1_000_000);
      site.faults.dropSockets();
      site.faults.rotateFkeys();
      site.faults.expireSessions();
    },
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["resuming"],
  },
  {
    name: "answers get lost on the way back",
    lastsMs: 5 * minute,
    begin: ({ server: { site } }) => site.faults.cut(/^\/chats\/1\/messages\/new$/, 3),
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["live"],
  },
  {
    name: "messages cannot be posted for 20 minutes, while the rest works",
    lastsMs: 20 * minute,
    begin: ({ server: { site } }) => site.faults.fail(/\/messages\/new$/, { status: 500, times: 1_000_000 }),
    end: ({ server: { site } }) => site.faults.clear(),
    middle: ["live"],
  },
  {
    name: "frames are lost, doubled, late and broken",
    lastsMs: 10 * minute,
    begin({ server: { site } }) {
      site.faults.loseFrames(1);
      site.faults.delayFrames(2);
      site.faults.garbleFrames(2);
      site.faults.duplicateFrames(2);
    },
    end: nothing,
    middle: ["live", "stale", "resuming"],
  },
];

/** Runs an incident, with commands before, during and after it. */
async function happens(incident: Incident, set: Night): Promise<void> {
  const { asks, pass, chat } = set;
  const { name, lastsMs } = incident;
  asks(`before: ${name}`);
  await pass(30 * second);
  incident.begin(set);
  asks(`at the beginning: ${name}`);
  await pass(lastsMs / 3);
  asks(`early: ${name}`);
  asks(`and at once: ${name}`);
  await pass(lastsMs / 3);
  expect(incident.middle).toContain(chat.state);
  asks(`late: ${name}`);
  await pass(lastsMs / 3);
  incident.end(set);
  asks(`at the end: ${name}`);
  await pass(3 * minute);
  expect(chat.state).toBe("live");
  asks(`after: ${name}`);
}

/** The allowed state transitions; `connecting` only at the start, `closed` only at the end. */
const follows: Readonly<Record<StreamState, readonly StreamState[]>> = {
  connecting: ["live"],
  live: ["stale", "resuming", "polling"],
  stale: ["resuming", "polling", "live"],
  resuming: ["live", "polling"],
  polling: ["live", "resuming"],
  closed: ["connecting"],
};

function isSensible({ health }: Night): void {
  expect(health.map(({ state }) => state).slice(0, 2)).toEqual(["connecting", "live"]);
  for (const [n, { state }] of health.slice(1).entries()) {
    const before = health[n]?.state ?? "closed";
    expect(follows[before], `after ${before}`).toContain(state);
  }
}

describe("a bot executes each command once and in order when", () => {
  test.each(incidents)("$name", async (incident) => {
    const set = await night();
    await happens(incident, set);
    await set.settles();
    isSensible(set);
    expect(set.reported).toEqual([]);
  });
});

test("a bot survives a whole night of incidents with failing and slow handlers", async () => {
  const set = await night();
  const { asks, pass } = set;
  // The incidents after which it has to log in again, or all.
  const tonight = sizeOf({ near: incidents.filter(({ name }) => name.includes("cookies")), release: incidents });
  for (const incident of tonight) {
    asks(`throw before: ${incident.name}`);
    asks(`dawdle before: ${incident.name}`);
    await happens(incident, set);
    await pass(15 * minute);
  }
  await set.settles();
  isSensible(set);
  expect(set.reported.map(String)).toEqual(tonight.map(({ name }) => `Error: throw before: ${name}`));
  // Two expirations, two logins, and the one in the evening.
  const logins = set.server.requests.filter(({ method, path }) => method === "POST" && path === "/users/login");
  expect(logins.filter(({ status }) => status < 400 && status > 0)).toHaveLength(3);
  await set.chat.logout();
  expect(set.health.at(-1)?.state).toBe("closed");
});

test("an hour without the site causes few requests and no login", async () => {
  const set = await night();
  const { server, pass, clock } = set;
  server.site.faults.fail(/./, { status: 503, times: 1_000_000 });
  server.site.faults.dropSockets();
  await pass(minute);
  const start = clock.now();
  server.clearRequests();
  await pass(60 * minute);
  const { requests } = server;
  expect(requests.length).toBeGreaterThan(20);
  expect(requests.length).toBeLessThan(600);
  for (const [n, { at }] of requests.entries()) {
    const inAMinute = requests.slice(n).filter((other) => other.at - at < minute).length;
    expect(inAMinute, `from ${(at - start) / 1_000} s on`).toBeLessThanOrEqual(20);
  }
  expect(requests.filter(({ path }) => path.startsWith("/users/login"))).toEqual([]);
  server.site.faults.clear();
  set.asks("good morning");
  await set.settles();
});

// Only the chat's own sentence says that a room is gone; a proxy's 404 in an outage does not.
test("a proxy's 404 page for a minute ends no stream", async () => {
  const set = await night();
  set.server.site.faults.fail(/./, { status: 404, body: "<html><title>No such site</title></html>", times: 1_000_000 });
  set.server.site.faults.dropSockets();
  set.asks("in the dark");
  await set.pass(minute);
  set.server.site.faults.clear();
  await set.pass(5 * minute);
  expect(set.chat.state).toBe("live");
  await set.settles();
});

test("a CAPTCHA in the night is reported once and not retried, and events arrive again after a manual login", async () => {
  const set = await night();
  const { server, chat, reported, alice } = set;
  server.site.faults.captcha();
  server.site.faults.expireSessions();
  server.site.faults.dropSockets();
  server.clearRequests();
  await set.pass(60 * minute);
  expect(chat.state).toBe("closed");
  expect(reported).toMatchObject([{ code: "CAPTCHA_REQUIRED" }]);
  expect(server.requests.filter(({ method, path }) => method === "POST" && path === "/users/login")).toHaveLength(1);
  server.site.faults.captcha(false);
  await chat.login();
  const messages = chat.getRoom(1).newMessages();
  await messages.ready;
  expect(chat.state).toBe("live");
  alice.in(1).says("welcome back");
  expect(await (await next(messages)).textContent).toBe("welcome back");
});

test("a bot that starts while the network is down begins when the network is back", async () => {
  const clock = new ManualClock();
  const set = await stage({ clock });
  const chat = set.client({ clock, random: () => 0.5, onError: nothing });
  set.server.site.faults.hangUp(/./, 1_000_000);
  const texts: string[] = [];
  const watch = chat.getRoom(1).watch((event) => void texts.push(event.textContent ?? ""));
  watch.ready.catch(nothing);
  const back = clock.now() + 10 * minute;
  await until(clock, () => clock.now() >= back);
  set.server.site.faults.clear();
  const soon = clock.now() + 3 * minute;
  await until(clock, () => chat.state === "live" || clock.now() > soon);
  expect(chat.state).toBe("live");
  set.alice.in(1).says("good morning");
  await until(clock, () => texts.includes("good morning") || clock.now() > soon + 3 * minute);
  expect(texts).toContain("good morning");
});
