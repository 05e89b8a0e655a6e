/** What a local server can be told, and what it says to what makes no sense. */
import { describe, expect, test } from "vitest";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";
import { failureOf } from "./support.js";

async function refusal(options: object): Promise<string> {
  const error = await failureOf(ChatServer.start(options));
  expect(error).toMatchObject({ code: "BAD_ARGUMENT" });
  return error instanceof Error ? error.message : "";
}

describe("an option that makes no sense", () => {
  test.each<[object, RegExp]>([
    [{ prot: 1 }, /ChatServer\.start has no option "prot"; its options are port, hostname/],
    [{ sites: ["constructor"] }, /a site is "stackexchange\.com" or .*, not "constructor"/],
    [{ sites: ["chat.stackexchange.com"] }, /a site is "stackexchange\.com" or/],
    [{ sites: [] }, /sites is a list of at least one of stackexchange\.com, .*, not a list/],
    [{ sites: "stackexchange.com" }, /sites is a list .*, not "stackexchange\.com"/],
    [{ sites: ["stackoverflow.com", "stackoverflow.com"] }, /stackoverflow\.com twice/],
    [{ world: "dmeo" }, /world is "demo" or "empty", not "dmeo"/],
    [{ port: 65_535 }, /port is a whole number from 0 to 65533/],
    [{ port: -1 }, /port is a whole number from 0 to 65535, not -1/],
    [{ port: "8080" }, /port is a whole number from 0 to 65535, not the string "8080"/],
    [{ backlogLimit: 0 }, /backlogLimit is a whole number from 1 up, not 0/],
    [{ maxEvents: Number.NaN }, /maxEvents is a whole number from 1 up, not NaN/],
    [{ heartbeatMs: Number.POSITIVE_INFINITY }, /heartbeatMs is a whole number from 1 up, not Infinity/],
    [{ editWindowMs: 1.5 }, /editWindowMs is a whole number from 0 up, not 1\.5/],
    [{ starsPerDay: null }, /starsPerDay is a whole number from 0 up, not null/],
    [{ throttle: "yes" }, /throttle is true or false, not the string "yes"/],
    [{ showAccounts: 1 }, /showAccounts is true or false, not 1/],
    [{ presentMarkup: "old" }, /presentMarkup is "initPresent".* or "js-present", not "old"/],
    [{ replyMarkup: 2025 }, /replyMarkup is .*"2025", not 2025/],
    [{ clock: Date }, /clock has now\(\) and setTimeout\(\), as a ManualClock has; this is a function/],
    [{ clock: { now: Date.now } }, /clock has now\(\) and setTimeout\(\), .* this is an object/],
    [{ hostname: 1 }, /hostname is a text, not 1/],
    [{ latencyMs: "60" }, /latencyMs is a number of milliseconds or \[least, most\], not "60"/],
    [{ latencyMs: [80, 30] }, /latencyMs is a number of milliseconds or \[least, most\], not a list/],
    [{ random: 0.5 }, /random is a function, not 0\.5/],
    [{ maxPollBytes: 0 }, /maxPollBytes is a whole number from 1 up, not 0/],
  ])("%j is refused with what would be right", async (options, sentence) => {
    expect(await refusal(options)).toMatch(sentence);
  });

  test("a value that says nothing is the default", async () => {
    const nothing = Object.fromEntries(["port", "sites", "world", "clock"].map((name) => [name, undefined]));
    await using server = await ChatServer.start(nothing as ChatServerOptions);
    expect(server.site.host).toBe("stackexchange.com");
  });

  test("every option that counts or chooses is checked", async () => {
    const names = /its options are (.*)$/.exec(await refusal({ prot: 1 }))?.[1]?.split(", ") ?? [];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(await refusal({ [name]: Symbol("odd") })).toContain(name);
  });
});
