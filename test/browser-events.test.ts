/** The room page shows events whose user is not the author, and events for a single user. */
import { ChatServer } from "chatexchange-ts/server";
import { expect, test } from "vitest";
import { describeInBrowser, ready } from "./browser-support.js";

describeInBrowser("events on the room page", ({ openAs }) => {
  test("a message that was moved here is shown under its author, and the notice links the room it came from", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const { site } = server;
    const alice = site.user("Alice");
    const [from, to] = [site.addRoom({ name: "From", owners: [alice] }), site.addRoom({ name: "Trash" })];
    const bob = site.user("Bob Baker");
    const ids = [bob.in(from).says("off topic").id, bob.in(from).says("more of it").id];
    const page = await openAs("Carol", server, `/rooms/${to.id}`);
    await ready(page);
    expect(alice.in(from).moves(ids, to)).toBe(2);
    for (const id of ids) await page.locator(`.user-${bob.id} #message-${id}`).waitFor();
    const notice = page.locator(`.user-${alice.id} .message`, { hasText: "2 messages moved from From" });
    expect(await notice.getByRole("link", { name: "From" }).getAttribute("href")).toBe(`/rooms/${from.id}/from`);
  }, 60_000);

  test("an owner sees requests for access, with a link to answer them; one's own star appears and disappears", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const { site } = server;
    const alice = site.user("Alice");
    const club = site.addRoom({ name: "Club", access: "gallery", owners: [alice] });
    const { id } = alice.in(1).says("well said");
    const page = await openAs("Alice", server, `/rooms/${club.id}`);
    await ready(page);
    const guest = await openAs("Carol", server, `/rooms/${club.id}`);
    await guest.getByRole("button", { name: /request/i }).click();
    const banner = page.locator(".banner", { hasText: "Carol Müller has requested access to Club." });
    expect(await banner.getByRole("link", { name: "review" }).getAttribute("href")).toBe(
      `/rooms/info/${club.id}?tab=access`,
    );
    await guest.goto(`${server.url}/rooms/1`);
    await ready(guest);
    const star = guest.locator(`#message-${id} .stars`);
    site.user("Carol Müller").in(1).stars(id);
    await expect.poll(() => star.getAttribute("aria-pressed")).toBe("true");
    site.user("Bob Baker").in(1).stars(id);
    await expect.poll(() => star.getAttribute("aria-label")).toContain("2 stars");
    expect(await star.getAttribute("aria-pressed")).toBe("true");
    site.user("Carol Müller").in(1).stars(id);
    await expect.poll(() => star.getAttribute("aria-pressed")).toBe("false");
  }, 60_000);
});
