/** `chatexchange serve --tls KEY,CERT`: https on all live hosts, discovery by --local, and errors about the files. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { certificate } from "./certificate.js";
import { commandLine, eventually, linesOf } from "./cli-support.js";
import { temporaryFolder } from "./temporary.js";

/** A folder with a key and a certificate in it. */
async function files(hosts?: readonly string[]): Promise<{ folder: string; key: string; cert: string; pem: string }> {
  const folder = temporaryFolder();
  const tls = await certificate(hosts);
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  writeFileSync(key, tls.key);
  writeFileSync(cert, tls.cert);
  return { folder, key, cert, pem: tls.cert };
}

function get(port: number, ca: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, ca, servername: host, headers: { host }, agent: false };
    https
      .get(options, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.once("end", () => resolve(`${answer.statusCode} ${text}`));
      })
      .once("error", reject);
  });
}

describe("serve --tls", () => {
  test("answers over https for all live hosts on one port, and commands with --local find it", {
    timeout: 90_000,
  }, async () => {
    const { key, cert, pem } = await files();
    const { start, program, run } = commandLine();
    const server = start(["serve", "--port", "0", "--json", "--tls", `${key},${cert}`]);
    const lines = linesOf(server.stdout);
    const said = linesOf(server.stderr);
    await eventually(() => lines.length === 3);
    const { url } = JSON.parse(lines[0] ?? "") as { url: string };
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(url).port);
    for (const [host, title] of [
      ["chat.stackexchange.com", "all rooms | chat.stackexchange.com"],
      ["chat.stackoverflow.com", "all rooms | chat.stackoverflow.com"],
      ["chat.meta.stackexchange.com", "all rooms | chat.meta.stackexchange.com"],
      ["stackoverflow.com", "Stack Overflow"],
      ["meta.stackexchange.com", "Meta Stack Exchange"],
    ] as const) {
      expect(await get(port, pem, host)).toMatch(new RegExp(`^200 [^]*<title>${title.replaceAll(".", "\\.")}</title>`));
    }
    expect(await program(["send", "1", "over TLS", "--local", "--as", "Alice"])).toMatchObject({ code: 0, stderr: "" });
    const shown = await run(["tail", "1", "-n", "1", "--local"]);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("over TLS")]);
    expect(said).toEqual([]);
  });

  test("reports errors in the files, and never prints their contents", async () => {
    const { folder, key, cert } = await files();
    const other = await files();
    const { run } = commandLine();
    const made = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    };
    mkdirSync(join(folder, "folder"));
    const missing = join(folder, "missing.pem");
    const noise = made("noise.pem", "hunter2 is no key\n");
    const damaged = made("damaged.pem", "-----BEGIN CERTIFICATE-----\naHVudGVyMg==\n-----END CERTIFICATE-----\n");
    const locked = made(
      "locked.pem",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\naHVudGVyMg==\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    for (const [flag, line] of [
      [key, `invalid --tls "${key}"; use two files, such as --tls key.pem,cert.pem`],
      [`${key},`, "use two files, such as --tls key.pem,cert.pem"],
      [`${key},${cert},${cert}`, "use two files, such as --tls key.pem,cert.pem"],
      [`${missing},${cert}`, `cannot read ${missing}: no such file or folder`],
      [`${key},${missing}`, `cannot read ${missing}: no such file or folder`],
      [`${key},${join(folder, "folder")}`, "it is a folder, not a file"],
      [`${cert},${key}`, `${cert} contains a certificate, not a key; the order is --tls KEY,CERT`],
      [
        `${noise},${cert}`,
        `${noise} is not a private key in PEM format, which begins with -----BEGIN PRIVATE KEY-----`,
      ],
      [
        `${locked},${cert}`,
        `the key in ${locked} has a passphrase; remove it with openssl pkey -in ${locked} -out plain.pem`,
      ],
      [`${key},${noise}`, `${noise} is not a certificate in PEM format, which begins with -----BEGIN CERTIFICATE-----`],
      [`${key},${damaged}`, `${damaged} is not a certificate in PEM format`],
      [`${key},${other.cert}`, `the certificate in ${other.cert} does not match the key in ${key}`],
    ] as const) {
      const { code, stdout, stderr } = await run(["serve", "--port", "0", "--tls", flag]);
      expect([code === 0, stdout, stderr]).toEqual([false, "", expect.stringContaining(line)]);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).not.toMatch(/hunter2|aHVudGVyMg/);
    }
  });

  test.skipIf(process.getuid?.() === 0)("reports a file that it may not read", async () => {
    const { key, cert } = await files();
    chmodSync(key, 0o000);
    const { stderr } = await commandLine().run(["serve", "--port", "0", "--tls", `${key},${cert}`]);
    expect(stderr).toContain(`cannot read ${key}: permission denied`);
  });

  test("warns of hosts that the certificate does not cover", { timeout: 60_000 }, async () => {
    const { key, cert } = await files(["chat.stackexchange.com", "meta.stackexchange.com", "stackexchange.com"]);
    const { start } = commandLine();
    const server = start(["serve", "--port", "0", "--tls", `${key},${cert}`]);
    const said = linesOf(server.stderr);
    await eventually(() => said.length === 1);
    expect(said[0]).toBe(
      `chatexchange: the certificate in ${cert} does not cover chat.meta.stackexchange.com, chat.stackoverflow.com, stackoverflow.com, chat.sockets.stackexchange.com: clients of these hosts will reject it`,
    );
  });
});
