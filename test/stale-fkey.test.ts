/** A page in answer to a POST may mean a stale fkey: it is looked into once, and what is not stale is believed. */
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
    "that a page with status %i answers is fetched again, and the message goes out once",
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
    "is looked for once after a page with status %i, and a good one means that the page is the answer",
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

  test("is not looked for after the site's own page of what is not there", async () => {
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
    "is not looked for after a page with status %i, which is about something else",
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

  test("that changes again before the new one is used is fetched again", async () => {
    const { server, client, requests } = await stage();
    const { faults } = server.site;
    const chat = client();
    await chat.login();
    faults.rotateFkeys();
    faults.slow("/chats/join/favorite", 50, { times: 1 });
    requests();
    const list = chat.getRoom(1).history().next();
    await meanwhile(() => faults.underWay === 1);
    faults.rotateFkeys();
    await list;
    expect(lookUps(requests())).toBe(2);
  });

  test("is not fetched for ever: a page after the third fkey is the answer, and may pass", async () => {
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

  test("that answers a post with a page of nobody's twice is trouble, and the message goes out once", async () => {
    const clock = new ManualClock();
    const { server, client } = await stage();
    const chat = client({ clock });
    await chat.login();
    server.site.faults.fail("/chats/1/messages/new", { ...page, status: 400, times: 2 });
    await turning(clock, chat.getRoom(1).sendMessage("hello"));
    expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["hello"]);
  });

  test.each([302, 200])(
    "that a call in flight was sent with is compared with the one that another call has fetched (status %i)",
    async (status) => {
      const { server, client, requests } = await stage();
      const { faults } = server.site;
      const chat = client();
      await chat.login();
      const { id } = server.site.addRoom({ name: "Second" });
      const path = `/chats/${id}/events`;
      faults.rotateFkeys();
      // The answer to this one comes when the other call has fetched the new fkey.
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

  test("is fetched once for many calls that meet it together", async () => {
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
