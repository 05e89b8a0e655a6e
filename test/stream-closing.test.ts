/** The end of listening leaves no timer, request or socket running, at any moment. The clock is advanced by hand. */
import { type ChatEvent, MessagePosted } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { type Ear, listening } from "./stream-ear.js";
import { meanwhile, quiet, stage, until } from "./support.js";

describe("closing", () => {
  test("one of two watches keeps the other open, and closing the last closes the socket", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock });
    const room = chat.getRoom(1);
    const [one, two]: [string[], string[]] = [[], []];
    const note = (list: string[]) => (event: ChatEvent) =>
      void (event instanceof MessagePosted && list.push(event.textContent ?? ""));
    const first = room.watch(note(one));
    const second = room.watch(note(two));
    await Promise.all([first.ready, second.ready]);
    expect(set.server.site.openSockets).toBe(1);
    set.alice.in(1).says("to both");
    await until(clock, () => two.length === 1);
    first.close();
    first.close();
    set.alice.in(1).says("to one");
    await until(clock, () => two.length === 2);
    expect([one, two]).toEqual([["to both"], ["to both", "to one"]]);
    expect(chat.state).toBe("live");
    second[Symbol.dispose]();
    expect(chat.state).toBe("closed");
    await meanwhile(() => set.server.site.openSockets === 0);
    expect(clock.pending).toBe(0);
  });

  test("a watch before it is ready rejects ready with CLOSED, and leaves nothing running", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock });
    await chat.login();
    const heard: ChatEvent[] = [];
    // At every step: after each request, and with the socket open; at once and in a later task.
    for (let count = 0; count < 12; count++) {
      set.requests();
      let asked = 0;
      let isReady = false;
      const watch = chat.getRoom(1).watch((event) => void heard.push(event));
      const ready = watch.ready.then(
        () => {
          isReady = true;
        },
        (error) => expect(error).toMatchObject({ code: "CLOSED" }),
      );
      await meanwhile(() => {
        asked += set.requests().length;
        return asked >= count >> 1 || isReady;
      });
      if (count % 2 === 1) await new Promise((resolve) => setImmediate(resolve));
      watch.close();
      await ready;
    }
    await quiet();
    const before = heard.length;
    set.alice.in(1).says("anybody there?");
    await meanwhile(() => set.server.site.openSockets === 0);
    expect(chat.state).toBe("closed");
    expect(clock.pending).toBe(0);
    expect(heard).toHaveLength(before);
  });

  /** A client that reaches the state of the test, and then logs out. */
  async function leaving(act: (ear: Ear) => Promise<unknown> | undefined): Promise<void> {
    const ear = await listening({ timeoutMs: 400 });
    await act(ear);
    const virtual = ear.clock.now();
    await ear.chat.logout();
    expect(ear.clock.now()).toBe(virtual);
    expect(ear.chat.state).toBe("closed");
    await meanwhile(() => ear.server.site.openSockets === 0);
    expect(ear.clock.pending).toBe(0);
    ear.server.site.faults.clear();
    ear.server.site.faults.silenceSockets(false);
    ear.requests();
    ear.says("nobody hears this");
    await ear.clock.advance(3_600_000);
    expect(ear.requests()).toEqual([]);
    expect(ear.texts).not.toContain("nobody hears this");
    expect(ear.states.at(-1)).toBe("closed");
  }

  test("by logout while live leaves nothing running", () => leaving(() => undefined));

  test("by logout while a second room is connecting leaves nothing running", () =>
    leaving(async ({ chat, server }) => {
      server.site.addRoom({ id: 2, name: "Slow" });
      server.site.faults.hang("/ws-auth");
      const watch = chat.getRoom(2).watch(() => {});
      watch.ready.catch(() => {});
      await meanwhile(() => server.site.faults.hanging === 1);
      expect(chat.state).toBe("connecting");
    }));

  test("by logout while resuming leaves nothing running", () =>
    leaving(async ({ chat, server, clock }) => {
      server.site.faults.hangUp(/ws-auth|events/, 1_000);
      server.site.faults.dropSockets();
      await until(clock, () => chat.state === "resuming");
    }));

  test("by logout during a recovery leaves nothing running", () =>
    leaving(async ({ chat, server }) => {
      server.site.faults.hang(/^\/events$/);
      server.site.faults.loseFrames(1);
      server.site.user("Alice Liddell").in(1).says("lost");
      server.site.user("Alice Liddell").in(1).says("seen");
      await meanwhile(() => server.site.faults.hanging === 1);
      expect(chat.state).toBe("live");
    }));

  test("by logout while polling leaves nothing running", () =>
    leaving(async ({ chat, server, clock }) => {
      server.site.faults.fail("/ws-auth", { status: 503, times: 1_000 });
      server.site.faults.dropSockets();
      await until(clock, () => chat.state === "polling");
    }));

  test("by logout while stale leaves nothing running", () =>
    leaving(async ({ states, server, clock }) => {
      server.site.faults.silenceSockets();
      await until(clock, () => states.includes("stale"));
    }));

  test("by logout while the room page does not answer leaves nothing running", () =>
    leaving(async ({ server, chat, says }) => {
      server.site.faults.garbleFrames(2);
      server.site.faults.hang(/^\/events$/, 10);
      says("garbled", "and garbled");
      await meanwhile(() => server.site.faults.hanging > 0);
      expect(chat.state).toBe("live");
    }));

  test("by logout that waited for the outbox leaves no timer", async () => {
    const ear = await listening();
    const sent = ear.chat.getRoom(1).sendMessage("last words");
    const over = ear.chat.logout();
    await Promise.all([sent, over]);
    expect(ear.clock.pending).toBe(0);
  });

  test("by logout before anything was ready leaves nothing running", async () => {
    const set = await stage();
    // After each of its requests, and with the socket open.
    for (let count = 0; count < 10; count++) {
      const clock = new ManualClock();
      const chat = set.client({ clock, onError: () => {} });
      set.requests();
      const watch = chat.getRoom(1).watch(() => {});
      const messages = chat.getRoom(1).newMessages();
      let asked = 0;
      let isReady = false;
      const noteReady = (): void => {
        isReady = true;
      };
      watch.ready.then(noteReady, noteReady);
      await meanwhile(() => {
        asked += set.requests().length;
        return asked >= count || isReady;
      });
      await chat.logout();
      await watch.ready.catch((error) => expect(error.code).toMatch(/^(CLOSED|ABORTED)$/));
      expect((await messages.next().catch(() => ({ done: true }))).done).toBe(true);
      expect(chat.state).toBe("closed");
      expect(clock.pending).toBe(0);
    }
    await meanwhile(() => set.server.site.openSockets === 0);
  });

  test("after the login has expired does not log in again just to leave", async () => {
    const ear = await listening();
    ear.server.site.faults.expireSessions();
    ear.requests();
    await ear.chat.logout();
    expect(ear.requests().filter((line) => line.endsWith("/users/login"))).toEqual([]);
  });

  test("keeps the cursor", async () => {
    const ear = await listening();
    ear.says("remember this");
    await ear.hears("remember this");
    const { cursors } = ear.chat;
    await ear.chat.logout();
    expect(ear.chat.cursors).toEqual(cursors);
  });
});
