/** An action that is the first thing a client does looks with the eyes of its account, not of nobody. */
import { expect, test } from "vitest";
import { stage } from "./support.js";

test("a star that another client of the account gave is known before it is given or taken back", async () => {
  const { server, client, bot, alice } = await stage();
  const { id } = alice.in(1).says("star me");
  bot.in(1).stars(id);
  const stars = (): number | undefined => server.site.room(1).messages[0]?.stars;
  await client().getMessage(id).star();
  expect(stars()).toBe(1);
  await client().getMessage(id).star(false);
  expect(stars()).toBe(0);
});

test("an edit is possible as the first thing a client does, and a reply stays one", async () => {
  const { server, client, bot, alice } = await stage();
  const question = alice.in(1).says("what?");
  const { id } = bot.in(1).says("taht", { replyTo: question });
  await client().getMessage(id).edit("that");
  expect(server.site.message(id)).toMatchObject({ content: "that", parentId: question.id, edits: 1 });
});
