/**
 * The commands of docs/foreign-clients.md, with programs that are not ours: openssl makes the certificate; curl,
 * Python, Node and a browser reach the server under the names of the live hosts, and trust what they are told to trust.
 */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ChatServer, type ServerUser } from "../src/server/index.js";
import { args, executablePath, ready } from "./browser-support.js";
import { IS_RELEASE } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");
const guide = readFileSync(join(root, "docs/foreign-clients.md"), "utf8");

function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    console.warn(`\n*** No ${program} found: its tests are SKIPPED. ***\n`);
    return false;
  }
}
const openssl = has("openssl", "version");
const curl = has("curl", "--version");
const python = has("python3", "-c", "import ssl");
const java = IS_RELEASE && has("keytool", "-help") && has("java", "-version");

/** A block of the guide. */
function block(fence: string): string {
  const found = new RegExp(`^\`\`\`${fence}\n(.*?)^\`\`\``, "ms").exec(guide)?.[1];
  if (!found) throw new Error(`the guide has no block ${fence}`);
  return found;
}

describe.skipIf(!openssl)("programs that trust the certificate of the guide", () => {
  let folder: string;
  let server: ChatServer;
  let bot: ServerUser;
  let port: string;
  const password = "s3cret & more";

  beforeAll(async () => {
    folder = temporaryFolder();
    execFileSync("sh", ["-c", /^openssl .*$/m.exec(guide)?.[0] ?? "false"], { cwd: folder, stdio: "ignore" });
    const tls = {
      key: readFileSync(join(folder, "key.pem"), "utf8"),
      cert: readFileSync(join(folder, "cert.pem"), "utf8"),
    };
    server = await ChatServer.start({ tls });
    port = new URL(server.url).port;
    const site = server.sites["stackexchange.com"];
    bot = site.addUser({ name: "The Bot", email: "bot@example.com", password, reputation: 500 });
    site.addRoom({ id: 7, name: "Golf", parentSite: "codegolf.stackexchange.com" });
    const here = block("python sitecustomize.py").replaceAll("8443", port);
    writeFileSync(join(folder, "sitecustomize.py"), here);
    writeFileSync(join(folder, "here.mjs"), block("js here.mjs").replaceAll("8443", port));
  });
  afterAll(() => server.close());

  /** The environment of a program: only the variables that the guide sets. */
  const env = (more: Record<string, string>): Record<string, string> => ({
    PATH: process.env.PATH ?? "",
    HOME: folder,
    ...more,
  });
  const certFile = (): string => join(folder, "cert.pem");

  test.skipIf(!curl)("curl logs in with its cookie jar, and posts and edits with multipart forms", async () => {
    const options = { cwd: folder, env: env({ CURL_CA_BUNDLE: certFile() }) };
    const curled = async (...args: string[]): Promise<string> => {
      const fixed = [
        "-sS",
        "-q",
        "-b",
        "jar",
        "-c",
        "jar",
        "--connect-to",
        `::127.0.0.1:${port}`,
        "-w",
        " %{http_code}",
      ];
      return (await run("curl", [...fixed, ...args], options)).stdout;
    };
    const login = "https://codegolf.stackexchange.com/users/login";
    const fkeyOf = (page: string): string => /name="fkey"[^>]*value="([0-9a-f]+)"/.exec(page)?.[1] ?? "";
    const key = fkeyOf(await curled(login));
    const form = ["email=bot@example.com", `password=${password}`, `fkey=${key}`].flatMap((field) => ["-F", field]);
    // With -L it follows the redirect to the front page.
    expect(await curled("-L", ...form, login)).toContain('<a href="https://codegolf.stackexchange.com/users/logout"');
    const chat = "https://chat.stackexchange.com";
    const fkey = fkeyOf(await curled(`${chat}/chats/join/favorite`));
    writeFileSync(join(folder, "message.txt"), "from a file\nin two lines");
    expect(await curled("-F", `fkey=${fkey}`, "-F", "text=<message.txt", `${chat}/chats/7/messages/new`)).toMatch(
      /^\{"id":\d+,"time":\d+\} 200$/,
    );
    const room = server.sites["stackexchange.com"].room(7);
    const said = room.messages.at(-1);
    expect(said).toMatchObject({ source: "from a file\nin two lines", userId: bot.id });
    const edit = ["-F", `fkey=${fkey}`, "--form-string", 'text=with "quotes"; and more', "-F", "nothing=@message.txt"];
    expect(await curled(...edit, `${chat}/messages/${said?.id}`)).toBe('"ok" 200');
    expect(room.messages.at(-1)?.source).toBe('with "quotes"; and more');
    await expect(curled("--cacert", "/dev/null", `${chat}/`)).rejects.toThrow(/certificate|CA/i);
  });

  test.skipIf(!python)("Python logs in on codegolf, and its cookies reach the chat", async () => {
    const program = join(root, "test/programs/foreign_client.py");
    const options = { cwd: folder, env: env({ SSL_CERT_FILE: certFile(), PYTHONPATH: folder }), timeout: 60_000 };
    const words = [program, "bot@example.com", password, "codegolf.stackexchange.com"];
    const report = JSON.parse((await run("python3", words, options)).stdout);
    expect(report).toEqual({
      where: "https://codegolf.stackexchange.com/",
      title: "Code Golf",
      profile: `https://codegolf.stackexchange.com/users/${bot.id}/the-bot`,
      logout: true,
      universal: [200, ""],
      cookies: expect.arrayContaining([
        ["acct", ".stackexchange.com"],
        ["sechatusr", "chat.stackexchange.com"],
      ]),
      site: "/?tab=site&host=codegolf.stackexchange.com",
      said: { id: expect.any(Number), time: expect.any(Number) },
      found: ["1 messages found"],
    });
    const untrusting = { ...options, env: env({ PYTHONPATH: folder }) };
    await expect(run("python3", words, untrusting)).rejects.toThrow("CERTIFICATE_VERIFY_FAILED");
  });

  test("Node reaches it with fetch, by the preload", async () => {
    const program = `const page = await (await fetch("https://vi.stackexchange.com/")).text(); console.log(/<title>.*<\\/title>/.exec(page)[0]);`;
    const words = ["--import", join(folder, "here.mjs"), "--input-type=module", "-e", program];
    const options = { cwd: folder, env: env({ NODE_EXTRA_CA_CERTS: certFile() }), timeout: 60_000 };
    expect((await run(process.execPath, words, options)).stdout).toBe("<title>vi.stackexchange.com</title>\n");
    await expect(run(process.execPath, words, { ...options, env: env({}) })).rejects.toThrow(/certificate/);
  });

  test.skipIf(!executablePath)(
    "a browser logs in, goes live and posts FormData under the names of the live hosts",
    async () => {
      const rules = /--host-resolver-rules="([^"]+)"/.exec(guide)?.[1]?.replaceAll("8443", port);
      const browser = await chromium.launch({
        ...(executablePath ? { executablePath } : {}),
        args: [...args, `--host-resolver-rules=${rules}`],
      });
      try {
        const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
        await page.goto("https://codegolf.stackexchange.com/users/login");
        await page.locator("#email").fill("bot@example.com");
        await page.locator("#password").fill(password);
        await page.locator("#submit-button").click();
        await page.locator("a.my-profile").waitFor();
        await page.goto("https://chat.stackexchange.com/rooms/7");
        await ready(page);
        await page.evaluate(/^```js userscript\n(.*?)^```/ms.exec(guide)?.[1] ?? "");
        const said = await page.evaluate(`(async () => {
          const body = new FormData();
          for (const [name, value] of Object.entries(fkey({ text: "from a userscript" }))) body.set(name, value);
          return (await fetch("/chats/" + CHAT.CURRENT_ROOM_ID + "/messages/new", { method: "POST", body })).status;
        })()`);
        expect(said).toBe(200);
        // The message arrives over the socket of chat.sockets.stackexchange.com.
        await page.getByText("from a userscript").first().waitFor();
        expect(server.sites["stackexchange.com"].room(7).messages.at(-1)).toMatchObject({
          source: "from a userscript",
          userId: bot.id,
        });
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

  test.skipIf(!java)(
    "Java trusts it with the trust store of the guide",
    async () => {
      const setUp = /^keytool .*$/m.exec(guide)?.[0] ?? "false";
      execFileSync("sh", ["-c", setUp], { cwd: folder, stdio: "ignore" });
      const trust = /JAVA_TOOL_OPTIONS="([^"]+)"/.exec(guide)?.[1] ?? "";
      const program = `
      import java.net.*; import java.net.http.*;
      public class Here { public static void main(String[] args) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://localhost:${port}/faq")).build();
        System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
      } }`;
      writeFileSync(join(folder, "Here.java"), program);
      const options = { cwd: folder, env: env({ JAVA_TOOL_OPTIONS: trust }), timeout: 120_000 };
      expect((await run("java", ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Here.java"], options)).stdout).toBe(
        "200",
      );
    },
    150_000,
  );
});
