/** A page in response to a POST may mean a stale fkey: the client checks the fkey once, and trusts the page if the fkey is current. */
import { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { standIn } from "./stand-in.js";
import { ends, failureOf, meanwhile, stage, turning } from "./support.js";

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

  // Without its lists a room's history comes from pages, so 403 and 404 are no failures there.
  test.each([200, 400, 409])(
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

  test("is fetched again when the new one goes stale before its use", async () => {
    const { server, client, requests } = await stage();
    const { faults } = server.site;
    const chat = client();
    await chat.login();
    faults.rotateFkeys();
    faults.slow("/chats/join/favorite", 50, { times: 1 });
    requests();
    const before = server.requests.length;
    const list = chat.getRoom(1).history().next();
    // The response to the lookup is under way.
    await meanwhile(() => server.requests.length === before + 2 && faults.underWay === 1);
    faults.rotateFkeys();
    await list;
    expect(lookUps(requests())).toBe(2);
  });

  test("is fetched at most twice for one call: the page in response to the third post is the result, which may be retried", async () => {
    let posts = 0;
    const page = "<!DOCTYPE html><title>Error</title>";
    const url = await standIn((request, response) => {
      request.resume();
      if (request.method === "POST") {
        posts += 1;
        response.writeHead(400, { "Content-Type": "text/html" }).end(page);
      } else
        response.end(
          `<input name="fkey" value="${posts}"><div class="topbar-menu-links"><a href="/users/5/bot">Bot</a></div>`,
        );
    });
    const chat = ends(new Client(url, { cookies: "acct=x", outbox: { patienceMs: 0 } }));
    const error = await failureOf(chat.acknowledge([1]));
    expect(error).toMatchObject({ code: "REFUSED", context: { bare: true, status: 400, sent: "maybe" } });
    expect(posts).toBe(3);
  });

  test("is not suspected after two bare pages in a row, and the message is still sent once", async () => {
    const clock = new ManualClock();
    const { server, client } = await stage();
    const chat = client({ clock });
    await chat.login();
    server.site.faults.fail("/chats/1/messages/new", { ...page, status: 400, times: 2 });
    await turning(clock, chat.getRoom(1).sendMessage("hello"));
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["hello"]);
  });

  test.each([302, 200])(
    "of a call in flight is replaced by the one that another call has fetched since (status %i)",
    async (status) => {
      const { server, client, requests } = await stage();
      const { faults } = server.site;
      const chat = client();
      await chat.login();
      const { id } = server.site.addRoom({ name: "Second" });
      const path = `/chats/${id}/events`;
      faults.rotateFkeys();
      // The response to this one arrives after the other call has fetched the new fkey.
      faults.slow(path, 100, { times: 1 });
      faults.fail(path, { ...page, status, headers: { ...page.headers, Location: "/error?aspxerrorpath=/" } });
      requests();
      const late = chat.getRoom(id).history().next();
      await meanwhile(() => faults.underWay === 1);
      await chat.getRoom(1).history().next();
      expect(lookUps(requests())).toBe(1);
      await late;
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
