/**
 * Parts that other people's clients look for on the pages around chat: the sites that log people in, the parent sites of rooms,
 * the sentences and links that readers go by (protocol.md §1, §2.1, §6.3, §6.8 to §6.11).
 */
import { join } from "node:path";
import { selectAll, selectOne } from "css-select";
import { type AnyNode, isTag } from "domhandler";
import { textContent } from "domutils";
import { parseDocument } from "htmlparser2";
import { describe, expect, test } from "vitest";
import { ChatServer, type LocalSite } from "../src/server/index.js";
import { Wire, type WireStage, wireStage } from "./foreign-wire.js";
import { temporaryFolder } from "./temporary.js";

/** A page as a parser sees it that adds no missing element. */
class Page {
  readonly #document: AnyNode;
  readonly status: string;

  constructor(answer: string) {
    this.status = answer.slice(0, 3);
    this.#document = parseDocument(answer.slice(4));
  }

  text(selector: string): string | null {
    const found = selectOne(selector, this.#document);
    return found && textContent(found);
  }

  attributes(selector: string, name: string): (string | undefined)[] {
    return selectAll(selector, this.#document).map((found) => (isTag(found) ? found.attribs[name] : undefined));
  }

  get all(): string {
    return textContent(this.#document);
  }
}

const network = (): Promise<WireStage> => wireStage({ sites: ["stackexchange.com"] });
const pageOf = async (wire: Wire, line: string): Promise<Page> => new Page(await wire.send(line));

describe("a login site", () => {
  test.each([
    ["stackexchange.com", "meta.stackexchange.com", "Meta Stack Exchange"],
    ["stackexchange.com", "codegolf.stackexchange.com", "Code Golf"],
    ["stackexchange.com", "vi.stackexchange.com", "vi.stackexchange.com"],
    ["stackoverflow.com", "stackoverflow.com", "Stack Overflow"],
    ["meta.stackexchange.com", "meta.stackexchange.com", "Meta Stack Exchange"],
  ] as const)("for %s at %s is of whole documents that tell who is logged in", async (site, host, name) => {
    const stage = await wireStage({ sites: [site] });
    await using _ = stage.server;
    const { nobody, guestId, site: there } = stage;
    const anonymous = await nobody.send(`GET //${host}/`);
    expect(new Page(anonymous).text("html > head > title")).toBe(name);
    expect(anonymous).not.toMatch(/my-profile|logout/);
    const guest = await new Wire(there).logIn("gus@example.com", host);
    const profile = `https://${host}/users/${guestId}/gus-guest`;
    const front = await guest.send(`GET //${host}/`);
    expect(front).toContain(`<a href="https://${host}/users/logout"`);
    const expired = await guest.send(`POST //${host}/users/logout`, "fkey=0");
    const pages = {
      front: [front, "200", name],
      user: [await guest.send(`GET //${host}/users/${guestId}`), "200", `User Gus Guest - ${name}`],
      unknown: [await guest.send(`GET //${host}/users/1`), "404", `Page Not Found - ${name}`],
      expired: [expired, "400", `Error - ${name}`],
    } as const;
    for (const [answer, status, title] of Object.values(pages)) {
      const page = new Page(answer);
      expect([page.status, page.text("html > head > title")]).toEqual([status, title]);
      expect(page.attributes("html > body a.my-profile", "href")).toEqual([profile]);
      expect(page.attributes("html > body a[href$='/users/logout']", "href")).toEqual([`https://${host}/users/logout`]);
      expect(page.text("a[href$='/users/logout']")).toBe("logout");
    }
    expect(await guest.send(`GET //${host}/users/current`)).toBe("302 ");
    expect(guest.headers.location).toBe(profile);
    // The login reaches the chat.
    const chat = await pageOf(guest, "GET /chats/join/favorite");
    expect(chat.attributes(".topbar-menu-links a", "title")[0]).toBe("Gus Guest");
  });

  test("may be any Q&A site of the network, with cookies for its whole domain", async () => {
    const stage = await network();
    await using _ = stage.server;
    const { nobody, site } = stage;
    const guest = new Wire(site);
    const page = await guest.send("GET //codegolf.stackexchange.com/users/login");
    expect(new Page(page).text("html > head > title")).toBe("Log In - Code Golf");
    const fkey = /name="fkey" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? "";
    const form = new URLSearchParams({ email: "gus@example.com", password: "password", fkey });
    expect(await guest.send("POST //codegolf.stackexchange.com/users/login", form.toString())).toBe("302 ");
    expect(guest.headers.location).toBe("https://codegolf.stackexchange.com/");
    expect(String(guest.headers["set-cookie"])).toMatch(/acct=[^;]+;.*Domain=\.stackexchange\.com/);
    for (const host of ["chat.codegolf.stackexchange.com", "evil.com", "codegolf.stackexchange.com.evil.com"]) {
      expect(await nobody.send("GET /", undefined, { host })).toMatch(/^421 /);
    }
  });

  test("does not exist for the network without the network's chat", async () => {
    const stage = await wireStage({ sites: ["stackoverflow.com"] });
    await using _ = stage.server;
    expect(await stage.nobody.send("GET //codegolf.stackexchange.com/users/login")).toMatch(/^421 /);
    expect(stage.site.resolve("https://codegolf.stackexchange.com")).toBeUndefined();
  });

  test("accepts posts from its own pages, and none from foreign pages", async () => {
    const stage = await network();
    await using _ = stage.server;
    const path = "POST //codegolf.stackexchange.com/users/login/universal/request";
    const from = (origin: string): Promise<string> => stage.guest.send(path, "", { origin });
    expect(await from("https://codegolf.stackexchange.com")).toBe("200 ");
    for (const origin of ["http://codegolf.stackexchange.com", "https://codegolf.stackexchange.com.evil.com"]) {
      expect(await from(origin)).toMatch(/^403 /);
    }
  });
});

describe("a room with a parent site", () => {
  async function golf(): Promise<WireStage> {
    const stage = await network();
    const { site, ownerId } = stage;
    site.addRoom({
      id: 240,
      name: "The Nineteenth Byte",
      parentSite: "codegolf.stackexchange.com",
      tags: ["code-golf"],
      owners: [ownerId],
    });
    site.addRoom({ id: 36, name: "Maths", parentSite: { host: "math.stackexchange.com", name: "Mathematics & more" } });
    return stage;
  }

  test("names it on its pages", async () => {
    const stage = await golf();
    await using _ = stage.server;
    const room = await pageOf(stage.guest, "GET /rooms/240");
    expect(room.attributes("#footer-logo a", "href")).toEqual(["https://codegolf.stackexchange.com"]);
    expect(room.attributes("#footer-logo a", "title")).toEqual(["Code Golf"]);
    expect(room.attributes("#siterooms", "href")).toEqual(["/?tab=site&host=codegolf.stackexchange.com"]);
    expect(room.attributes("#allrooms", "href")).toEqual(["/"]);
    expect(room.attributes("#room-tags a.tag", "href")[0]).toMatch(/^https:\/\/codegolf\.stackexchange\.com\/tags\//);
    const info = await pageOf(stage.guest, "GET /rooms/info/36");
    expect(info.attributes(".roomcard-xxl .small-site-logo", "title")).toEqual(["Mathematics & more"]);
    // A room of no site in particular is one of the whole network.
    const plain = await pageOf(stage.guest, "GET /rooms/11");
    expect(plain.attributes("#footer-logo a", "title")).toEqual(["The Stack Exchange Network"]);
    expect(plain.attributes("#siterooms", "href")).toEqual(["/?tab=site&host=stackexchange.com"]);
  });

  test("is listed with the rooms of its site", async () => {
    const stage = await golf();
    await using _ = stage.server;
    for (const path of ["/", "/rooms"]) {
      const page = await pageOf(stage.nobody, `GET ${path}?tab=site&host=codegolf.stackexchange.com`);
      expect(page.attributes("#roomlist .roomcard", "id")).toEqual(["room-240"]);
      expect(page.attributes(".roomcard .small-site-logo", "title")).toEqual(["Code Golf"]);
    }
    const others = await pageOf(stage.nobody, "GET /rooms?tab=site&host=tex.stackexchange.com");
    expect(others.attributes("#roomlist .roomcard", "id")).toEqual([]);
    const sites = JSON.parse((await stage.nobody.send("GET /rooms/sites")).slice(4));
    expect(sites).toEqual([
      expect.objectContaining({ Host: "stackexchange.com" }),
      expect.objectContaining({ Host: "codegolf.stackexchange.com", SiteCaption: "Code Golf" }),
      expect.objectContaining({ Host: "math.stackexchange.com", SiteCaption: "Mathematics & more" }),
    ]);
  });

  test("saves its parent site, keeps it, and refuses an unknown site", async () => {
    const stage = await golf();
    await using _ = stage.server;
    const { owner, site } = stage;
    const save = (fields: Record<string, string>): Promise<string> =>
      owner.send("POST /rooms/save", new URLSearchParams({ fkey: owner.fkey, ...fields }).toString());
    expect(await save({ name: "TeX", host: "tex.stackexchange.com" })).toBe("302 ");
    expect(site.room("TeX").parentSite).toEqual({ host: "tex.stackexchange.com", name: "TeX - LaTeX" });
    const { id } = site.room("TeX");
    expect(await save({ name: "TeX again", host: "", roomId: String(id) })).toBe("302 ");
    expect(site.room("TeX again").parentSite?.host).toBe("tex.stackexchange.com");
    expect(await save({ name: "TeX again", host: "unix.stackexchange.com", roomId: String(id) })).toBe("302 ");
    expect(site.room(id).parentSite?.name).toBe("Unix & Linux");
    for (const host of ["", "chat.stackexchange.com"]) expect(await save({ name: `Plain ${host}`, host })).toBe("302 ");
    expect(site.room("Plain chat.stackexchange.com").parentSite).toBeNull();
    expect(await save({ name: "Nowhere", host: "evil.com" })).toBe("400 There is no such site");
  });

  test("is refused for an invalid host, and on a chat whose rooms all have the same parent site", async () => {
    await using server = await ChatServer.start();
    const { site, sites } = server;
    for (const parentSite of ["", "evil.com", "chat.stackexchange.com", { host: "evil.com", name: "Evil" }]) {
      const mistake =
        'parentSite must be the host of a Q&A site, such as "codegolf.stackexchange.com", or { host, name }';
      expect(() => site.addRoom({ name: "X", parentSite })).toThrow(mistake);
    }
    const elsewhere: LocalSite = sites["stackoverflow.com"];
    expect(() => elsewhere.addRoom({ name: "X", parentSite: "tex.stackexchange.com" })).toThrow("stackexchange.com");
    expect(elsewhere.addRoom({ name: "X", parentSite: "stackoverflow.com" }).id).toBeGreaterThan(0);
  });
});

describe("a search", () => {
  test("shows the number of results at the beginning of a line, and links the message first", async () => {
    const stage = await network();
    await using _ = stage.server;
    const { guest, site } = stage;
    const told = (query: string): Promise<Page> => pageOf(guest, `GET /search?q=${query}&room=11&pagesize=2`);
    expect((await told("needle")).text("#content")).toMatch(/^0 messages found$/m);
    const there = site.user("Owen").in(11);
    const [first, second, third] = ["one", "two", "three"].map((word) => there.says(`a needle, ${word}`));
    const page = await told("needle");
    expect(page.text("#content")).toMatch(/^3 messages found$/m);
    expect(page.all.match(/messages found/g)).toHaveLength(1);
    expect(page.attributes("div.messages", "class")).toHaveLength(2);
    const link = (id: number | undefined): string => `/transcript/11?m=${id}#${id}`;
    expect(
      page.attributes("div.messages > a, div.messages a", "href").filter((href) => href?.includes("/transcript/")),
    ).toEqual([link(third?.id), link(second?.id)]);
    expect(page.attributes("div.messages a", "href")[0]).toBe(link(third?.id));
    expect(page.attributes("div.messages .message-room a", "href")).toHaveLength(2);
    expect(first?.id).toBeLessThan(second?.id ?? 0);
    expect((await pageOf(guest, "GET /search?room=11")).all).not.toContain("messages found");
  });
});

test("a room without feeds says so in one sentence, by its state", async () => {
  const stage = await network();
  await using _ = stage.server;
  const { site } = stage;
  const moderator = site.addUser({ name: "Mona", email: "mona@example.com", isModerator: true });
  const mona = await new Wire(site).logIn(moderator.email);
  const sentences = [
    "Currently no feeds are being posted into this room.",
    "Because this room is frozen, no feeds are being posted into this room.",
    "Because this room is deleted, no feeds are being posted into this room.",
  ];
  const said = async (): Promise<string[]> => {
    const { all } = await pageOf(mona, "GET /rooms/info/11/den?tab=feeds");
    return sentences.filter((sentence) => all.includes(sentence));
  };
  expect(await said()).toEqual([sentences[0]]);
  site.room(11).freeze();
  expect(await said()).toEqual([sentences[1]]);
  site.room(11).delete();
  expect(await said()).toEqual([sentences[2]]);
});

test("every page has an icon that exists", async () => {
  const stage = await network();
  await using _ = stage.server;
  for (const path of ["/", "/rooms/11", "/transcript/11", "/users", "//codegolf.stackexchange.com/"]) {
    const page = await pageOf(stage.guest, `GET ${path}`);
    expect(page.attributes('link[rel="shortcut icon"]', "href")).toEqual(["/favicon.ico"]);
  }
  expect(await stage.nobody.send("GET /favicon.ico")).toMatch(/^200 /);
  expect(stage.nobody.headers["content-type"]).toBe("image/x-icon");
});

test("the calendar of scheduled events is valid and empty", async () => {
  const stage = await network();
  await using _ = stage.server;
  const { guest, nobody, site } = stage;
  site.addRoom({ id: 13, name: `Ünïcödé, with; all\\ 💥 ${"é".repeat(80)}` });
  site.addRoom({ id: 14, name: "Hidden", access: "private" });
  for (const [path, name] of [
    ["all", "chat.stackexchange.com"],
    ["11/all", "Den"],
    ["13/all", `Ünïcödé\\, with\\; all\\\\ 💥 ${"é".repeat(80)}`],
  ]) {
    const answer = (await guest.send(`GET /rooms/schedule/export/${path}`)).slice(4);
    expect(guest.headers["content-type"]).toBe("text/calendar; charset=utf-8");
    const lines = answer.split("\r\n");
    expect(lines.pop()).toBe("");
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n]/);
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    }
    const unfolded = answer.replaceAll("\r\n ", "").split("\r\n");
    expect(unfolded).toContain(`X-WR-CALNAME:${name}`);
    expect([unfolded[0], unfolded.at(-2)]).toEqual(["BEGIN:VCALENDAR", "END:VCALENDAR"]);
    for (const required of ["VERSION:2.0", "BEGIN:VTIMEZONE"]) expect(unfolded).toContain(required);
    expect(unfolded.filter((line) => line.startsWith("PRODID:"))).toHaveLength(1);
    expect(answer).not.toContain("VEVENT");
  }
  for (const path of ["14/all", "999/all"]) {
    expect(await nobody.send(`GET /rooms/schedule/export/${path}`)).toMatch(/^404 /);
  }
});

test("a journal keeps the parent sites of rooms", async () => {
  const folder = temporaryFolder();
  const journal = join(folder, "world.jsonl");
  {
    await using server = await ChatServer.start({ journal, sites: ["stackexchange.com"] });
    server.site.addRoom({ id: 240, name: "Golf", parentSite: "codegolf.stackexchange.com" });
    const owner = server.site.addUser({ name: "Owen", isModerator: true });
    owner.in(1).updates({ parentSite: { host: "tex.stackexchange.com", name: "TeX - LaTeX" } });
  }
  await using server = await ChatServer.start({ journal, sites: ["stackexchange.com"] });
  expect(server.site.room(240).parentSite).toEqual({ host: "codegolf.stackexchange.com", name: "Code Golf" });
  expect(server.site.room(1).parentSite?.host).toBe("tex.stackexchange.com");
});
