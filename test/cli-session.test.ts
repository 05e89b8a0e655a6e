/** The session of the command line: login, logout, and the file that keeps it. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, place } from "./cli-support.js";

describe("a session", () => {
  const password = "s3cret-Passw0rd";

  async function account(): Promise<Awaited<ReturnType<typeof place>>> {
    const found = await place();
    found.server.site.addUser({ name: "Carol", email: "carol@example.com", password });
    return found;
  }

  test("logs in with the environment's password, stores only cookies, and keeps its identity until logout", async () => {
    const { server } = await account();
    const { program, run, folder } = commandLine();
    const env = { CHATEXCHANGE_EMAIL: "carol@example.com", CHATEXCHANGE_PASSWORD: password };
    const login = await program(["login", "--site", server.url], { env });
    expect(login).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^logged in as Carol \(user \d+\) on 127\.0\.0\.1/),
    });
    const [name = ""] = readdirSync(join(folder, "sessions"));
    const file = join(folder, "sessions", name);
    expect(readdirSync(join(folder, "sessions"))).toHaveLength(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain(password);
    expect(readFileSync(file, "utf8")).not.toContain("carol@example.com");
    expect(readFileSync(join(folder, "config.json"), "utf8")).not.toMatch(new RegExp(`${password}|carol@`));

    server.clearRequests();
    expect(await run(["whoami"])).toMatchObject({ code: 0, stdout: login.stdout.replace("logged in as ", "") });
    expect(server.requests.filter(({ path }) => path.startsWith("/users/login"))).toEqual([]);
    expect(await run(["whoami", "--profile", "other", "--site", server.url])).toMatchObject({ code: 3 });

    const copy = readFileSync(file);
    server.site.faults.fail("/users/logout", { status: 503 });
    expect(await run(["logout"])).toMatchObject({
      code: 5,
      stdout: "",
      stderr: expect.stringMatching(
        /^chatexchange: .*use --forget to delete the session here without ending it at the site\n$/,
      ),
    });
    expect(await run(["whoami"])).toMatchObject({ code: 0 });
    expect(await run(["logout"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^logged out of/) });
    expect(existsSync(file)).toBe(false);
    expect(await run(["logout"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^not logged in to /),
    });
    // The cookies are no longer valid, even in a copy.
    writeFileSync(file, copy);
    expect(await run(["whoami"])).toMatchObject({ code: 3, stdout: "" });
    expect(await run(["logout", "--forget"])).toMatchObject({ code: 0 });
    expect(existsSync(file)).toBe(false);
    const nobody = await run(["whoami"]);
    expect(nobody).toMatchObject({ code: 3, stdout: "" });
    expect(nobody.stderr).toMatch(
      /^chatexchange: Could not find out who you are on .*: not logged in; run chatexchange login\n$/,
    );
  });

  test("reads a password from stdin, and keeps the earlier session when the password is wrong", async () => {
    const { at } = await account();
    const { run, folder } = commandLine();
    const args = at("login", "--email", "carol@example.com", "--password-stdin");
    expect(await run(args, { input: `${password}\n` })).toMatchObject({ code: 0 });
    const before = readdirSync(join(folder, "sessions"));
    const wrong = await run(args, { input: "guess\n" });
    expect(wrong).toMatchObject({ code: 3, stdout: "" });
    expect(wrong.stderr).toMatch(
      /the email or the password is wrong.*; check them and run chatexchange login again\n$/,
    );
    expect(readdirSync(join(folder, "sessions"))).toEqual(before);
    expect(await run(at("whoami"))).toMatchObject({ code: 0 });
  });

  test("accepts the cookies of a browser", async () => {
    const { at } = await account();
    const first = commandLine();
    await first.run(at("login", "--email", "carol@example.com", "--password-stdin"), { input: password });
    const [name = ""] = readdirSync(join(first.folder, "sessions"));
    const { cookies } = JSON.parse(readFileSync(join(first.folder, "sessions", name), "utf8"));
    const line = cookies.map(({ key, value }: { key: string; value: string }) => `${key}=${value}`).join("; ");
    const second = commandLine();
    const pasted = await second.run(at("login", "--cookies", "--json"), { input: line });
    expect(pasted.code).toBe(0);
    expect(JSON.parse(pasted.stdout)).toMatchObject({ name: "Carol" });
    expect(await second.run(at("whoami"))).toMatchObject({ code: 0 });
    expect(await second.run(at("login", "--cookies"), { input: "acct=nonsense" })).toMatchObject({ code: 3 });
    expect(await second.run(at("login", "--cookies"), { input: "[{]" })).toMatchObject({ code: 2 });
    expect(await second.run(at("whoami"))).toMatchObject({ code: 0 });
  });

  test("is reported in one line when it has expired, and renewed if the password is known", async () => {
    const { server, at } = await account();
    const { run } = commandLine();
    await run(at("login", "--email", "carol@example.com", "--password-stdin"), { input: password });
    server.site.faults.expireSessions();
    const expired = await run(at("send", "1", "hello"));
    expect(expired).toMatchObject({ code: 3, stdout: "" });
    expect(expired.stderr).toMatch(
      /^chatexchange: .*no stored session is still valid.*; run chatexchange login --site http:\S+\n$/,
    );
    expect(server.site.room(1).messages).toEqual([]);
    const env = { CHATEXCHANGE_EMAIL: "carol@example.com", CHATEXCHANGE_PASSWORD: password };
    expect(await run(at("send", "1", "hello"), { env })).toMatchObject({ code: 0 });
  });

  test("suggests another way to log in after a CAPTCHA", async () => {
    const { server, at } = await account();
    server.site.faults.captcha();
    const env = { CHATEXCHANGE_EMAIL: "carol@example.com", CHATEXCHANGE_PASSWORD: password };
    const { code, stderr } = await commandLine().run(at("login"), { env });
    expect(code).toBe(3);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("run chatexchange login --cookies and paste the cookies of your browser");
  });

  test("asks no question without a terminal", async () => {
    const { at } = await account();
    const { code, stderr } = await commandLine().run(at("login"));
    expect(code).toBe(2);
    expect(stderr).toContain("set CHATEXCHANGE_EMAIL and CHATEXCHANGE_PASSWORD, or use --password-stdin or --cookies");
  });

  test("reports a read-only config folder before it logs in", async () => {
    const { server, at } = await account();
    const { run, folder } = commandLine();
    writeFileSync(join(folder, "file"), "");
    const env = { CHATEXCHANGE_CONFIG_DIR: join(folder, "file", "below"), CHATEXCHANGE_EMAIL: "carol@example.com" };
    const { code, stderr } = await run(at("login"), { env: { ...env, CHATEXCHANGE_PASSWORD: password } });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^chatexchange: cannot write to the config folder .*; set CHATEXCHANGE_CONFIG_DIR to another folder\n$/,
    );
    expect(server.requests).toEqual([]);
    // With a password in the environment, commands need no folder.
    expect(await run(at("whoami"), { env: { ...env, CHATEXCHANGE_PASSWORD: password } })).toMatchObject({ code: 0 });
    expect(await run(["config", "site", "so"], { env })).toMatchObject({ code: 1 });
  });
});
