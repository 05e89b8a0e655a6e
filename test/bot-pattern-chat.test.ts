/** Rooms, messages and users as arguments of commands. */
// cspell:ignore Álvaro alic alvaro annabe Annibal Annick Annika annik Anniki Annimal jonskeet
import { describe, expect, it, onTestFinished, test } from "vitest";
import { Client, defuseMentions, type User } from "../src/index.js";
import { client, read } from "./bot-pattern-support.js";
import { startServer } from "./support.js";

describe("rooms, messages and users", () => {
  const origin = "https://chat.stackoverflow.com";
  const room = (id: number) => ({ x: client.getRoom(id) });
  const message = (id: number) => ({ x: client.getMessage(id) });
  const user = (id: number) => ({ x: client.getUser(id) });

  it.each([
    ["room", "17", room(17)],
    ["room", "HERE", room(1)],
    ["room", `${origin}/rooms/17/javascript`, room(17)],
    ["room", `[this one](${origin}/rooms/info/17?tab=stars)`, room(17)],
    ["room", "//chat.stackoverflow.com/transcript/17/2026/3/1", room(17)],
    ["room", "/rooms/17", room(17)],
    ["message", "12", message(12)],
    ["message", ":12", message(12)],
    ["message", "this", message(7)],
    ["message", "", message(7)],
    ["message", `${origin}/transcript/message/12#12`, message(12)],
    ["message", `http://chat.stackoverflow.com/transcript/17?m=12#12`, message(12)],
    ["message", `${origin}/transcript/17/2026/3/1#12`, message(12)],
    ["message", `[x](${origin}/messages/12/history)`, message(12)],
    ["message", "/transcript/message/12#12", message(12)],
    ["user", "12", user(12)],
    ["user", "-2", user(-2)],
    ["user", "Me", user(5)],
    ["user", `${origin}/users/12/alice`, user(12)],
    ["user", `[Alice](${origin}/users/12)`, user(12)],
  ])("reads a %s from %j without a request", async (type, text, args) => {
    expect(await read(`a <x:${type}>`, text)).toEqual(args);
  });

  it.each([
    ["room", "javascript", 'x must be a room: its number, its address or "here", not "javascript"'],
    ["room", "0", 'x must be a room: its number, its address or "here", not "0"'],
    ["room", "https://chat.stackexchange.com/rooms/1", "x must be a room of stackoverflow.com, not of another site"],
    [
      "room",
      `${origin}/users/1`,
      `x must be a room: its number, its address or "here", not "${shown(`${origin}/users/1`)}"`,
    ],
    ["message", "x", 'x must be a message: its number, its address or "this" in a reply, not "x"'],
    [
      "message",
      "9".repeat(16),
      `x must be a message: its number, its address or "this" in a reply, not "${"9".repeat(16)}"`,
    ],
    [
      "message",
      "//chat.stackexchange.com/transcript/message/1",
      "x must be a message of stackoverflow.com, not of another site",
    ],
    ["user", "https://stackoverflow.com/users/12", "x must be a user of stackoverflow.com, not of another site"],
  ])("refuses as a %s %j", async (type, text, reason) => {
    expect(await read(`a <x:${type}>`, text)).toBe(reason);
  });

  it("refuses what the command lacks", async () => {
    const missing = "x is missing; reply to a message, or name one by its number or address";
    expect(await read("a <x:message>", "", { repliedTo: null })).toBe(missing);
    expect(await read("a <x:message>", "this", { repliedTo: null })).toBe(missing);
    expect(await read("a [x:message=this]", "", { repliedTo: null })).toBe(missing);
    expect(await read("a [x:message]", "", { repliedTo: null })).toEqual({ x: undefined });
    expect(await read("a [x:user=me]", "")).toEqual(user(5));
    expect(await read("a <x:user>", "me", { user: null })).toBe("x is an account that is gone");
    expect(await read("a [x:room=here]", "")).toEqual(room(1));
  });
});

/** As a reason quotes an address: it is no link. */
function shown(address: string): string {
  return address.replace("://", ":\u2060//").slice(0, 41);
}

describe("names of users", () => {
  /** A room with these people, and a client that has not asked anything yet. */
  async function roomOf(...names: string[]) {
    const server = await startServer();
    const { site } = server;
    const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret-Passw0rd" });
    const added = names.map((name) => site.addUser({ name, email: `u${names.indexOf(name)}@example.com` }));
    for (const person of [bot, ...added]) person.in(1).enters();
    const chat = new Client(site, { email: bot.email, password: bot.password });
    onTestFinished(() => chat.logout({ drain: false }));
    const around = { client: chat, room: chat.getRoom(1), user: chat.getUser(bot.id), people: undefined };
    const find = async (text: string, pattern = "a <x:user>") => {
      const args = await read(pattern, text, around);
      if (typeof args === "string") return args;
      return Object.values(args).map((value) =>
        value instanceof Object && "peek" in value ? (value as User).peek.name : value,
      );
    };
    const asked = () => server.requests.filter(({ path }) => path.startsWith("/rooms/pingable")).length;
    return { find, asked, around, idOf: (name: string) => added[names.indexOf(name)]?.id };
  }

  test("are found whole or by their first three letters, ignoring case, accents, spaces and punctuation", async () => {
    const { find } = await roomOf("Alice Liddell", "Álvaro O'Neil", "Ed", "jon.skeet");
    expect(await find("@AliceLiddell")).toEqual(["Alice Liddell"]);
    expect(await find("@alic,")).toEqual(["Alice Liddell"]);
    expect(await find("Alice")).toEqual(["Alice Liddell"]);
    expect(await find('"alice liddell"')).toEqual(["Alice Liddell"]);
    expect(await find("@\u2060AliceLiddell")).toEqual(["Alice Liddell"]);
    expect(await find("alvaro")).toEqual(["Álvaro O'Neil"]);
    expect(await find("ed")).toEqual(["Ed"]);
    expect(await find("@jonskeet")).toEqual(["jon.skeet"]);
    expect(await find("Bot")).toEqual(["Bot"]);
    expect(await find("Al")).toBe('x must be somebody in this room, not "Al"');
    expect(await find("@Alicia")).toBe(`x must be somebody in this room, not "${defuseMentions("@Alicia")}"`);
    expect(await find("@")).toBe('x must be somebody in this room, not "@"');
  });

  test("may have several words, and then must be whole", async () => {
    const { find } = await roomOf("Alice Liddell", "Bob");
    expect(await find("Alice Liddell")).toEqual(["Alice Liddell"]);
    expect(await find("alice liddell hello there", "tell <x:user> <y:text...>")).toEqual([
      "Alice Liddell",
      "hello there",
    ]);
    expect(await find("alice lid hello", "tell <x:user> <y:text...>")).toEqual(["Alice Liddell", "lid hello"]);
    expect(await find("Alice Lid")).toBe('nothing more is expected, but there is "Lid"');
    expect(await find("bob Alice Liddell", "tell <x:user> <y:user>")).toEqual(["Bob", "Alice Liddell"]);
  });

  test("are ambiguous if several fit equally, and the reason lists at most five without pinging them", async () => {
    const names = ["Annabel", "Annika", "Anna*", "Anniki", "Annibal", "Annimal", "Annick @Bob"];
    const { find, idOf } = await roomOf(...names);
    const reason = await find("ann");
    expect(reason).toMatch(/^x could be (.* \(\d+\), ){4}.* \(\d+\) or 2 more; give the number$/);
    expect(reason).not.toMatch(/@\w/);
    expect(await find("anna")).toEqual(["Anna*"]);
    expect(await find("annabe")).toEqual(["Annabel"]);
    expect(await find("annik")).toBe(
      `x could be Annika (${idOf("Annika")}) or Anniki (${idOf("Anniki")}); give the number`,
    );
  });

  test("prefer the written form to the same letters in another case", async () => {
    const { find } = await roomOf("Sam", "sam");
    expect(await find("Sam")).toEqual(["Sam"]);
    expect(await find("sam")).toEqual(["sam"]);
    expect(await find("SAM")).toMatch(/^x could be Sam \(\d+\) or sam \(\d+\); give the number$/);
  });

  test("are looked up among other people on demand, and an account that is gone is nobody", async () => {
    const { around } = await roomOf("Alice Liddell");
    const gone = around.client.getUser(987_654);
    const others = async () => [gone, ...(await around.room.pingableUsers())];
    const find = (text: string) => read("a <x:user>", text, { ...around, people: others });
    expect(await find("alice")).toMatchObject({ x: { peek: { name: "Alice Liddell" } } });
    expect(await find("@!")).toMatch("x must be somebody in this room");
    expect(await find("987654")).toEqual({ x: gone });
  });

  test("cost one request for each call, and ids cost none", async () => {
    const { find, asked } = await roomOf("Alice Liddell", "Bob");
    await find("12 me", "a <x:user> <y:user>");
    expect(asked()).toBe(0);
    expect(await find("Alice Bob @bob", "a <x:user...>")).toHaveLength(1);
    expect(asked()).toBe(1);
  });
});
