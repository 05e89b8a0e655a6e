/** An action that is the first call of a client reads as its account, not anonymously. */
import { expect, test } from "vitest";
import { stage } from "./support.js";

test("a star by another client of the account is detected before the star is toggled", async () => {
  const { server, client, bot, alice } = await stage();
  const { id } = alice.in(1).says("star me");
  bot.in(1).stars(id);
  const stars = (): number | undefined => server.site.room(1).messages[0]?.stars;
  await client().getMessage(id).star();
  expect(stars()).toBe(1);
  await client().getMessage(id).star(false);
  expect(stars()).toBe(0);
});

test("an edit can be the first call of a client, and a reply stays a reply", async () => {
  const { server, client, bot, alice } = await stage();
  const question = alice.in(1).says("what?");
  const { id } = bot.in(1).says("taht", { replyTo: question });
  await client().getMessage(id).edit("that");
  expect(server.site.message(id)).toMatchObject({ content: "that", parentId: question.id, edits: 1 });
});
