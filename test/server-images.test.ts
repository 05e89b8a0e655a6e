/** Uploads of pictures: accepted and refused files, and the URL of the uploaded picture (protocol.md §5.9). */
import { FormData, request } from "undici";
import { describe, expect, test } from "vitest";
import type { ChatServer } from "../src/server/index.js";
import { Browser, withBot } from "./server-support.js";

const png = Buffer.from("\x89PNG\r\n\x1a\n and the rest", "latin1");

interface Uploaded {
  readonly status: number;
  readonly text: string;
  readonly result: string | undefined;
  readonly error: string | undefined;
}

async function upload(server: ChatServer, bot: Browser, content: Buffer | string, host?: string): Promise<Uploaded> {
  const body = new FormData();
  if (typeof content === "string") body.set("upload-url", content);
  else body.set("filename", new Blob([new Uint8Array(content)]), "picture.png");
  const cookie = [...bot.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  const headers = { ...(cookie ? { cookie } : {}), ...(host ? { host } : {}) };
  const answer = await request(`${server.site.url}/upload/image`, { method: "POST", body, headers });
  const text = await answer.body.text();
  const found = (name: string): string | undefined => new RegExp(`var ${name} = '([^']*)';`).exec(text)?.[1];
  return { status: answer.statusCode, text, result: found("result"), error: found("error") };
}

describe("an uploaded picture", () => {
  test("has a URL on this server for loopback, and on the image host for the live hosts", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { status, text, result = "" } = await upload(server, bot, png);
    expect(status).toBe(200);
    expect(text).toMatch(/<script>\s+var result = 'http:\/\/127\.0\.0\.1:\d+\/i\/[A-Za-z0-9]{8}\.png';/);
    const picture = await request(result);
    expect(picture.headers["content-type"]).toBe("image/png");
    expect(Buffer.from(await picture.body.arrayBuffer())).toEqual(png);
    const live = await upload(server, bot, png, "chat.stackexchange.com");
    expect(live.result).toMatch(/^https:\/\/i\.sstatic\.net\/[A-Za-z0-9]{8}\.png$/);
    const path = new URL(live.result ?? "").pathname;
    expect((await bot.get(`/i${path}`)).status).toBe(200);
    expect((await bot.get("/i/unknown1.png")).status).toBe(404);
  });

  test("is posted as a message and shows", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { result = "" } = await upload(server, bot, png);
    await bot.post("/chats/1/messages/new", { text: result });
    expect(server.site.room(1).messages.at(-1)?.content).toContain("ob-image");
  });

  test("is recognized by its first bytes", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const kinds: [string, string][] = [
      ["\xff\xd8\xff\xe0 jpeg", "jpg"],
      ["GIF89a gif", "gif"],
      ["BM1234\0\0\0\0 bitmap", "bmp"],
      ["RIFF\0\0\n\0WEBPVP8 ", "webp"],
    ];
    for (const [bytes, extension] of kinds) {
      const { result } = await upload(server, bot, Buffer.from(bytes, "latin1"));
      expect(result).toMatch(new RegExp(`\\.${extension}$`));
    }
    for (const bytes of ["<svg onload='alert(1)'>", "<!DOCTYPE html>", "BMW is no picture", ""]) {
      const { error, result } = await upload(server, bot, Buffer.from(bytes));
      expect([error, result]).toEqual(["Only png, jpeg, gif, bmp and webp images can be uploaded", undefined]);
    }
  });

  test("may come from a URL, which the local server does not fetch", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { result = "" } = await upload(server, bot, "https://example.com/cat.png");
    expect((await request(result)).headers["content-type"]).toBe("image/png");
    const form = await bot.post("/upload/image", { "upload-url": "https://example.com/cat.png" });
    expect(form.text).toContain("var result = 'http://127.0.0.1");
    expect((await upload(server, bot, "javascript:alert('1')")).error).toBe("That is not the URL of an image");
  });

  test("is refused without a login, without reputation, and when too large", async () => {
    const { server, bot } = await withBot({ maxImageBytes: 1000 });
    await using _ = server;
    const { site } = server;
    const visitor = await new Browser(site).visit();
    expect(await upload(server, visitor, png)).toMatchObject({
      status: 200,
      error: "You must be logged in to upload images",
    });
    site.addUser({ name: "New", email: "new@example.com", reputation: 19 });
    const newcomer = await new Browser(site).logIn("new@example.com");
    expect((await upload(server, newcomer, png)).error).toBe("You need 20 reputation to upload images");
    for (const size of [1001, 500_000]) {
      const large = Buffer.concat([png, Buffer.alloc(size)]);
      expect((await upload(server, bot, large)).error).toBe("The image is too large: the limit is 1000 bytes");
    }
    expect((await bot.post("/upload/image")).text).toContain("var error = 'There is no image to upload';");
  });

  test("needs a form that can be read", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const cookie = [...bot.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "content-type": "multipart/form-data; boundary=x" };
    const answer = await request(`${server.site.url}/upload/image`, { method: "POST", body: "--y nonsense", headers });
    expect(await answer.body.text()).toContain("var error = 'There is no image to upload';");
  });
});
