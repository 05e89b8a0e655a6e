// A transcript page to parse.
import { existsSync, readFileSync } from "node:fs";
import { ChatServer } from "chatexchange-ts/server";

const RECORDED = new URL("../../../shared/fixtures/samliew/mocks/transcript.html", import.meta.url);

/** The recorded page if it is present, otherwise a generated one of about the same size. */
export async function transcriptHtml() {
  if (existsSync(RECORDED)) return { name: "the recorded transcript page", html: readFileSync(RECORDED, "utf8") };
  const server = await ChatServer.start({ world: "empty" });
  const people = ["Ann", "Ben", "Cleo"].map((name) => server.site.addUser({ name }));
  for (let n = 0; n < 103; n++) people[n % 3].in(1).says(`Message **${n}**: see \`code\` and https://example.com/${n}`);
  const html = await (await fetch(`${server.url}/transcript/1`)).text();
  await server.close();
  return { name: "a transcript page of the local server (the recorded one is not at hand)", html };
}
