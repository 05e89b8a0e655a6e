/** A page in answer to a POST may mean a stale fkey: the client checks once, and trusts the page if it is good. */
import { describe, expect, test } from "vitest";
import { failureOf, stage } from "./support.js";

const page = { headers: { "Content-Type": "text/html" }, body: "<!DOCTYPE html><title>Error</title><h1>Oops</h1>" };
const lookUps = (requests: readonly string[]): number =>
  requests.filter((line) => line === "GET /chats/join/favorite").length;

describe("a stale fkey", () => {
  test.each([400, 403, 404, 409])(
    "is fetched again after a page with status %i, and the message is sent once",
    async (status) => {
      const { server, client, requests } = await stage();
      const chat = client();
      await chat.login();
      server.site.faults.rotateFkeys();
      server.site.faults.fail("/chats/1/messages/new", { ...page, status });
      requests();
      await chat.getRoom(1).sendMessage("hello");
      expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["hello"]);
      expect(lookUps(requests())).toBe(1);
    },
  );

  test.each([200, 400, 403, 409])(
    "is checked once after a page with status %i, and a good fkey means that the page is the answer",
    async (status) => {
      const { server, client, requests } = await stage();
      const chat = client();
      await chat.login();
      server.site.faults.fail("/chats/1/events", { ...page, status, times: 99 });
      requests();
      const error = await failureOf(chat.getRoom(1).history().next());
      expect(error).toMatchObject({ context: { bare: true, status } });
      expect(requests()).toEqual(["POST /chats/1/events", "GET /chats/join/favorite"]);
    },
  );

  test("is not suspected after the site's own page for something missing", async () => {
    const { client, requests } = await stage();
    const chat = client();
    await chat.login();
    requests();
    const error = await failureOf(chat.getRoom(999).history().next());
    expect(error).toMatchObject({ code: "NOT_FOUND" });
    expect(error).not.toMatchObject({ context: { bare: true } });
    expect(lookUps(requests())).toBe(0);
  });

  test.each([429, 502, 503])(
    "is not suspected after a page with status %i, which has another cause",
    async (status) => {
      const { server, client, requests } = await stage();
      const chat = client({ reads: { patienceMs: 0 } });
      await chat.login();
      server.site.faults.fail("/chats/1/events", { ...page, status });
      requests();
      expect(await failureOf(chat.getRoom(1).history().next())).toMatchObject({ context: { bare: true, status } });
      expect(lookUps(requests())).toBe(0);
    },
  );

  test("is fetched once for many calls at the same time", async () => {
    const { server, client, requests } = await stage();
    const chat = client();
    await chat.login();
    server.site.faults.rotateFkeys();
    requests();
    const lists = [1, 1, 1, 1].map(() => chat.getRoom(1).history().next());
    await Promise.all(lists);
    expect(lookUps(requests())).toBe(1);
  });
});
