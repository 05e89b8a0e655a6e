/** A stream in trouble: a clock that jumps, a lost room, a suspension. The clock is advanced by hand. */
import { type Clock, StreamGap } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { listening } from "./stream-ear.js";
import { failureOf, meanwhile, next, quiet, type Stage, stage, turning, until } from "./support.js";

describe("a clock that jumps", () => {
  /** A clock that can jump forward or back without firing any timer. */
  class LeapingClock implements Clock {
    readonly manual = new ManualClock();
    leapMs = 0;
    now(): number {
      return this.manual.now() + this.leapMs;
    }
    setTimeout(callback: () => void, delayMs: number): { cancel(): void } {
      return this.manual.setTimeout(callback, delayMs);
    }
  }

  test("forward a day causes no burst of requests, and loses no event", async () => {
    const ear = await listening();
    ear.says("yesterday");
    await ear.hears("yesterday");
    ear.requests();
    await ear.clock.advance(86_400_000);
    ear.says("today");
    await ear.hears("yesterday", "today");
    await until(ear.clock, () => ear.chat.state === "live");
    expect(ear.requests().length).toBeLessThanOrEqual(6);
    expect(ear.server.site.openSockets).toBeLessThanOrEqual(2);
  });

  test("forward a day while the network is down causes no burst either", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.hangUp(/./, 100_000);
    faults.dropSockets();
    await until(ear.clock, () => ear.chat.state === "resuming");
    ear.requests();
    await ear.clock.advance(86_400_000);
    expect(ear.requests().length).toBeLessThanOrEqual(10);
    faults.clear();
    ear.says("there you are");
    await ear.hears("there you are");
  });

  test("forward while live, as when a laptop wakes up, is noticed and recovered", async () => {
    const clock = new LeapingClock();
    const ear = await listening({ clock });
    ear.says("before");
    await until(clock.manual, () => ear.texts.length === 1);
    ear.requests();
    ear.server.site.faults.silenceSockets();
    ear.says("asleep");
    clock.leapMs += 86_400_000;
    await until(clock.manual, () => ear.states.includes("stale"));
    ear.server.site.faults.silenceSockets(false);
    await until(clock.manual, () => ear.texts.length === 2 && ear.chat.state === "live");
    expect(ear.texts).toEqual(["before", "asleep"]);
    expect(ear.requests().length).toBeLessThanOrEqual(6);
  });

  test("back by an hour does not disable the watchdog for an hour", async () => {
    const clock = new LeapingClock();
    const ear = await listening({ clock });
    ear.says("before");
    await until(clock.manual, () => ear.texts.length === 1);
    clock.leapMs -= 3_600_000;
    const start = clock.manual.now();
    ear.server.site.faults.silenceSockets();
    ear.says("unheard of");
    await until(clock.manual, () => ear.texts.length === 2 || clock.manual.now() - start > 600_000);
    expect(clock.manual.now() - start).toBeLessThanOrEqual(180_000);
    expect(ear.texts).toEqual(["before", "unheard of"]);
  });
});

describe("a room that the account loses", () => {
  const ways: [string, (set: Stage) => void][] = [
    ["by a kick", ({ alice, bot }) => void alice.in(40).kicks(bot)],
    ["by being deleted", ({ server }) => server.site.room(40).delete()],
    ["by becoming private", ({ alice }) => alice.in(40).updates({ access: "private" })],
  ];

  test.each(ways)("%s ends its streams and watches, and no other's", async (_, take) => {
    const set = await stage();
    set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const room = ear.chat.getRoom(40);
    const messages = room.newMessages();
    const heard: string[] = [];
    const watch = room.watch((event) => void heard.push(event.constructor.name));
    await Promise.all([messages.ready, watch.ready]);
    set.alice.in(40).says("enjoy it while it lasts");
    expect(await (await next(messages)).textContent).toBe("enjoy it while it lasts");
    take(set);
    const failure = await turning(ear.clock, failureOf(messages.next()));
    expect((failure as { code: string }).code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
    expect(ear.reported).toHaveLength(1);
    await meanwhile(() => set.server.site.openSockets === 1);
    expect(ear.chat.state).toBe("live");
    ear.requests();
    ear.says("here it is nice");
    await ear.hears("here it is nice");
    expect(ear.requests()).toEqual([]);
    const again = room.newMessages();
    const refusal = (await turning(ear.clock, failureOf(again.next()))) as { code: string };
    expect(refusal.code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/);
    expect(ear.requests().length).toBeLessThanOrEqual(4);
  });

  test("while it is polled ends its streams, too", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const messages = ear.chat.getRoom(40).newMessages();
    await messages.ready;
    set.server.site.faults.fail("/ws-auth", { status: 503, times: 1_000 });
    set.server.site.faults.dropSockets();
    await until(ear.clock, () => ear.chat.state === "polling");
    set.alice.in(40).kicks(set.bot);
    expect(await turning(ear.clock, failureOf(messages.next()))).toMatchObject({ code: "FORBIDDEN" });
    ear.says("polled for");
    await ear.hears("polled for");
  });

  test("can be listened to again after a kick is over", async () => {
    const clock = new ManualClock();
    const set = await stage({ clock });
    const room = set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const before = ear.chat.getRoom(40).newMessages();
    await before.ready;
    expect(set.alice.in(room).kicks(set.bot)).toBe(1);
    await failureOf(before.next());
    expect(ear.chat.getRoom(40).isInRoom).toBe(false);
    await clock.advance(61_000);
    const after = ear.chat.getRoom(40).newMessages();
    await after.ready;
    set.alice.in(40).says("welcome back");
    expect(await (await next(after)).textContent).toBe("welcome back");
    expect(ear.chat.getRoom(40).isInRoom).toBe(true);
  });
});

test("a user suspended while sending gets the end of the suspension, still gets events, and can talk again later", async () => {
  const ear = await listening();
  const room = ear.chat.getRoom(1);
  await room.sendMessage("still free");
  ear.bot.suspend(3_600);
  const failures = await turning(
    ear.clock,
    Promise.all(["a", "b", "c"].map((text) => failureOf(room.sendMessage(text)))),
  );
  for (const failure of failures) expect(failure).toMatchObject({ code: "SUSPENDED", until: expect.any(String) });
  expect(ear.chat.outbox.pending).toEqual([]);
  ear.says("do you hear?");
  await ear.hears("still free", "do you hear?");
  ear.bot.suspend(0);
  await turning(ear.clock, room.sendMessage("free again"));
  await ear.hears("still free", "do you hear?", "free again");
});

test("the state is never live without a socket", async () => {
  const ear = await listening({ stream: { reconnectMs: 20_000 } });
  ear.server.site.faults.dropSockets();
  await meanwhile(() => ear.server.site.openSockets === 0);
  await meanwhile(() => ear.chat.state !== "live");
  const before = ear.states.length;
  await quiet();
  expect(ear.states.slice(before)).not.toContain("live");
  expect(ear.chat.state).not.toBe("live");
});

test("a long outage is recovered from many bounded responses, without a gap", async () => {
  const ear = await listening({}, await stage({ maxPollBytes: 60_000 }));
  const texts = Array.from({ length: 4_000 }, (_, n) => `message ${n}`);
  ear.server.site.faults.silenceSockets();
  ear.says(...texts);
  ear.server.site.faults.silenceSockets(false);
  await ear.hears(...texts);
  expect(ear.events.filter((event) => event instanceof StreamGap)).toEqual([]);
});
