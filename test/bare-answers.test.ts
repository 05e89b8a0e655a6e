/** Responses in the site's own words, and bare responses, which may be from a proxy or a firewall: `context.bare`. */
import { describe, expect, test } from "vitest";
import { failureOf, stage } from "./support.js";

const html = { "Content-Type": "text/html" };
const page = (title: string): string => `<!DOCTYPE html><html><title>${title}</title><h1>${title}</h1></html>`;

async function answered(answer: { status: number; body?: string; headers?: Record<string, string> }): Promise<unknown> {
  const { server, client } = await stage();
  const chat = client({ reads: { tries: 1 } });
  await chat.login();
  server.site.faults.fail("/rooms/pingable/1", { ...answer, times: 9 });
  return failureOf(chat.getRoom(1).pingableUsers());
}

describe("an answer that is not in the site's own words is bare", () => {
  test.each([
    ["a proxy's 403 page", { status: 403, headers: html, body: page("403 Forbidden") }, "FORBIDDEN"],
    ["a proxy's 404 page", { status: 404, headers: html, body: page("404 Not Found") }, "NOT_FOUND"],
    ["a 404 with an empty body", { status: 404 }, "NOT_FOUND"],
    ["a 407", { status: 407, headers: html, body: page("Log in to the proxy") }, "REFUSED"],
    ["a 401", { status: 401 }, "NOT_LOGGED_IN"],
    ["a 502 page", { status: 502, headers: html, body: page("Bad gateway") }, "SERVER_ERROR"],
    ["a plain sentence that nobody knows", { status: 403, body: "Try again later" }, "FORBIDDEN"],
    ["an object where a sentence was due", { status: 403, body: '{"error":"forbidden"}' }, "FORBIDDEN"],
    ["a 200 with an empty body", { status: 200 }, "NOT_UNDERSTOOD"],
    ["a 200 with another page", { status: 200, headers: html, body: page("Welcome") }, "NOT_UNDERSTOOD"],
  ])("%s", async (_, answer, code) => {
    expect(await answered(answer)).toMatchObject({ code, context: { bare: true } });
  });
});

describe("an answer in the site's own words is not bare", () => {
  test.each([
    [
      "a sentence of the rules",
      { status: 404, body: "The room does not exist, or you do not have permission" },
      "NOT_FOUND",
    ],
    ["a sentence marked by its header", { status: 403, headers: { chat: "error" }, body: "Not today" }, "FORBIDDEN"],
    ["a sentence as a JSON string", { status: 403, body: '"Not today"' }, "FORBIDDEN"],
    ["the page of what is not there", { status: 404, headers: html, body: page("Page Not Found") }, "NOT_FOUND"],
    ["the way to the error page", { status: 302, headers: { Location: "/error?aspxerrorpath=/x" } }, "NOT_FOUND"],
    ["JSON without the key that was due", { status: 200, body: '{"events":[]}' }, "NOT_UNDERSTOOD"],
  ])("%s", async (_, answer, code) => {
    const error = await answered(answer);
    expect(error).toMatchObject({ code });
    expect(error).not.toMatchObject({ context: { bare: true } });
  });
});

test("the failure of an unreadable page names the attempt and the host, and is bare", async () => {
  const { server, anonymous } = await stage();
  server.site.faults.fail("/rooms", { status: 200, headers: html, body: page("Welcome to the hotel"), times: 9 });
  expect(await failureOf(anonymous().rooms().next())).toMatchObject({
    code: "NOT_UNDERSTOOD",
    page: "rooms page",
    message: expect.stringContaining("list the rooms"),
    context: { bare: true, status: 200 },
  });
});
