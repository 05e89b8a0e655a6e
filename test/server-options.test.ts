/** Options of a local server: their checks and their errors. */
import { describe, expect, test } from "vitest";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";
import { failureOf } from "./support.js";

async function refusal(options: object): Promise<string> {
  const error = await failureOf(ChatServer.start(options));
  expect(error).toMatchObject({ code: "BAD_ARGUMENT" });
  return error instanceof Error ? error.message : "";
}

describe("an invalid option", () => {
  test.each<[object, RegExp]>([
    [{ prot: 1 }, /ChatServer\.start has no option "prot"; its options are port, hostname/],
    [{ sites: ["constructor"] }, /a site must be "stackexchange\.com" or .*, not "constructor"/],
    [{ sites: ["chat.stackexchange.com"] }, /a site must be "stackexchange\.com" or/],
    [{ sites: [] }, /sites must be a list of at least one of stackexchange\.com, .*, not a list/],
    [{ sites: "stackexchange.com" }, /sites must be a list .*, not "stackexchange\.com"/],
    [{ sites: ["stackoverflow.com", "stackoverflow.com"] }, /stackoverflow\.com twice/],
    [{ world: "dmeo" }, /world must be "demo" or "empty", not "dmeo"/],
    [{ port: 65_535 }, /port must be a whole number from 0 to 65533/],
    [{ port: -1 }, /port must be a whole number from 0 to 65535, not -1/],
    [{ port: "8080" }, /port must be a whole number from 0 to 65535, not the string "8080"/],
    [{ backlogLimit: 0 }, /backlogLimit must be a whole number of at least 1, not 0/],
    [{ maxEvents: Number.NaN }, /maxEvents must be a whole number of at least 1, not NaN/],
    [{ heartbeatMs: Number.POSITIVE_INFINITY }, /heartbeatMs must be a whole number of at least 1, not Infinity/],
    [{ editWindowMs: 1.5 }, /editWindowMs must be a whole number of at least 0, not 1\.5/],
    [{ starsPerDay: null }, /starsPerDay must be a whole number of at least 0, not null/],
    [{ throttle: "yes" }, /throttle must be true or false, not the string "yes"/],
    [{ showAccounts: 1 }, /showAccounts must be true or false, not 1/],
    [{ presentMarkup: "old" }, /presentMarkup must be "initPresent".* or "js-present", not "old"/],
    [{ replyMarkup: 2025 }, /replyMarkup must be .*"2025", not 2025/],
    [{ clock: Date }, /clock must have now\(\) and setTimeout\(\), as a ManualClock does; this is a function/],
    [{ clock: { now: Date.now } }, /clock must have now\(\) and setTimeout\(\), .* this is an object/],
    [{ hostname: 1 }, /hostname must be a string, not 1/],
    [{ latencyMs: "60" }, /latencyMs must be a number of milliseconds or \[least, most\], not "60"/],
    [{ latencyMs: [80, 30] }, /latencyMs must be a number of milliseconds or \[least, most\], not a list/],
    [{ random: 0.5 }, /random must be a function, not 0\.5/],
    [{ maxPollBytes: 0 }, /maxPollBytes must be a whole number of at least 1, not 0/],
  ])("%j is refused with the valid values", async (options, sentence) => {
    expect(await refusal(options)).toMatch(sentence);
  });

  test("an undefined value means the default", async () => {
    const nothing = Object.fromEntries(["port", "sites", "world", "clock"].map((name) => [name, undefined]));
    await using server = await ChatServer.start(nothing as ChatServerOptions);
    expect(server.site.host).toBe("stackexchange.com");
  });

  test("every numeric option and every choice is checked", async () => {
    const names = /its options are (.*)$/.exec(await refusal({ prot: 1 }))?.[1]?.split(", ") ?? [];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(await refusal({ [name]: Symbol("odd") })).toContain(name);
  });
});
