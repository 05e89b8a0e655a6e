/** Recording a session of a bot on the local server, and replaying it. */
import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "chatexchange-ts";
import { replay } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, next, stage } from "./support.js";

async function newFile(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), "chatexchange-")), "a.cassette");
}

describe("a recording", () => {
  test("of a login and a frame replays to a client with any credentials", async () => {
    const file = await newFile();
    const { client, alice } = await stage();
    const recorded = client({ record: file });
    const me = await recorded.getMe();
    const messages = recorded.getRoom(1).newMessages();
    await messages.ready;
    alice.in(1).says("hello there");
    const message = await next(messages);
    await recorded.logout();
    const text = await readFile(file, "utf8");
    expect(text).not.toMatch(/s3cret|bot@example|Alice|Liddell|hello|there,/);
    await using played = await replay(file);
    const chat = played.client();
    const again = await played.until(chat.getMe());
    expect(String(again.id)).toHaveLength(String(me.id).length);
    const heard = chat.getRoom(1).newMessages();
    await played.until(heard.ready);
    const said = await played.until(next(heard));
    expect(said.id).toBe(message.id);
  });
});
