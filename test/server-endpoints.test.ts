/** docs/server-endpoints.md lists exactly the server's routes, and its options for uncertain behavior exist. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../src/server/options.js";
import { firstMessage, now, wireStage } from "./foreign-wire.js";
import { serverRoutes } from "./server-routes.js";

const page = readFileSync(resolve(import.meta.dirname, "../docs/server-endpoints.md"), "utf8");

test("the page lists exactly the existing routes, each with its confidence", async () => {
  const routes = await serverRoutes();
  const rows = [...page.matchAll(/^\| `((?:GET|POST) [^`]+)` \| ([^|]+) \|/gm)].map(([, route, sure]) => ({
    route,
    sure,
  }));
  expect(rows.map(({ route }) => route).sort()).toEqual([...routes].sort());
  for (const { route, sure } of rows) expect(sure, route).toMatch(/^(OBS|MULTI|ONE|INF|OLD|OURS)(, OLD)?$/);
});

test("the options that the page names exist", () => {
  const known = Object.keys(resolveOptions({}));
  const named = [...page.matchAll(/[Oo]ptions? ((?:`\w+`(?:, | and )?)+)/g)].flatMap(
    ([, names = ""]) => names.match(/\w+/g) ?? [],
  );
  const options = named.filter((name) => name !== "and");
  expect(options.length).toBeGreaterThan(15);
  expect(options.filter((name) => !known.includes(name))).toEqual([]);
});

describe("options change uncertain behavior", () => {
  const M = firstMessage;

  test("the statuses and sentences of refusals", async () => {
    const deleted = "The message has been deleted and cannot be edited";
    const late = "It is too late to edit this message";
    const stage = await wireStage({
      refusalStatus: { "too-long": 409, empty: 404 },
      refusalText: {
        "This message has already been deleted and cannot be edited": deleted,
        [late]: `${late}.`,
        "The message is too long": "Too long",
      },
    });
    await using _ = stage.server;
    const { guest, clock } = stage;
    const post = (text: string): Promise<string> => guest.send("POST /chats/11/messages/new", `text=${text}&fkey=FKEY`);
    expect(await post("x".repeat(501))).toBe("409 Too long");
    expect(await post("+")).toBe("404 The message is empty");
    for (const text of ["one", "two"]) await post(text);
    await guest.send(`POST /messages/${M}/delete`, "fkey=FKEY");
    expect(await guest.send(`POST /messages/${M}`, "text=x&fkey=FKEY")).toBe(`200 "${deleted}"`);
    await clock.advance(200_000);
    expect(await guest.send(`POST /messages/${M + 1}`, "text=x&fkey=FKEY")).toBe(`200 "${late}."`);
  });

  test("the curve of the throttle", async () => {
    const stage = await wireStage({ throttle: true, throttlePauseMs: (n) => n * 10_000 });
    await using _ = stage.server;
    const post = (text: string): Promise<string> =>
      stage.guest.send("POST /chats/11/messages/new", `text=${text}&fkey=FKEY`);
    expect(await post("one")).toBe(`200 {"id":${M},"time":${now}}`);
    expect(await post("two")).toBe("409 You can perform this action again in 20 seconds.");
  });

  test("edits with or without a Referer", async () => {
    const stage = await wireStage({ refererForEdits: true });
    await using _ = stage.server;
    const { guest } = stage;
    await guest.send("POST /chats/11/messages/new", "text=one&fkey=FKEY");
    const edit = (referer?: string): Promise<string> =>
      guest.send(`POST /messages/${M}`, "text=x&fkey=FKEY", referer ? { referer } : {});
    const refusal = '200 "You cannot write or edit messages in this room"';
    expect(await edit()).toBe(refusal);
    expect(await edit("https://chat.stackoverflow.com/rooms/1")).toBe(refusal);
    expect(await edit("https://chat.stackoverflow.com/rooms/11/den")).toBe('200 "ok"');
  });

  test("reading messages with or without entering the room", async () => {
    for (const enterByEvents of [true, false]) {
      const stage = await wireStage({ enterByEvents });
      await using _ = stage.server;
      await stage.guest.send("POST /chats/11/events", "fkey=FKEY");
      expect(stage.site.room(11).present).toEqual(enterByEvents ? [stage.guestId] : []);
    }
  });

  test("a reply with a mention, counted as a mention or not", async () => {
    for (const mentionBesideReply of [true, false]) {
      const stage = await wireStage({ mentionBesideReply });
      await using _ = stage.server;
      const { guest, owner, site } = stage;
      await guest.send("POST /chats/11/messages/new", "text=one&fkey=FKEY");
      await owner.send("GET /rooms/11");
      const types: number[] = [];
      site.onEvent(({ type }) => types.push(type));
      await owner.send("POST /chats/11/messages/new", `text=%3A${M}+%40GusGuest+yes&fkey=FKEY`);
      expect(types).toEqual(mentionBesideReply ? [18, 8, 1] : [18, 1]);
    }
  });
});
