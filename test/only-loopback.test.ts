/** The guard that every test runs under: no connection to another machine, and no lookup of another name. */
import dgram from "node:dgram";
import dns, { lookup, resolve4 } from "node:dns";
import { lookup as lookupLater, Resolver } from "node:dns/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { Client } from "chatexchange-ts";
import { expect, onTestFinished, test } from "vitest";

const name = "chat.stackexchange.com";
const done = (): void => {};
const refused = /^a test tried to (?:connect to|ask \w+ for|send a datagram to) .*; only loopback is allowed$/;

test.each<[string, () => unknown]>([
  ["net.connect by name", () => connect(443, name)],
  ["net.connect by address", () => connect(443, "198.51.100.7")],
  ["net.connect with options", () => connect({ host: "2001:db8::1", port: 443 })],
  ["http.get", () => get(`http://${name}/`)],
  ["a datagram", () => datagrams().send("hello", 53, "198.51.100.7")],
  ["dns.lookup", () => dns.lookup(name, done)],
  ["an imported lookup", () => lookup(name, done)],
  ["an imported resolve4", () => resolve4(name, done)],
  ["dns.resolve", () => dns.resolve(name, done)],
  ["dns.reverse", () => dns.reverse("198.51.100.7", done)],
  ["dns.lookupService", () => dns.lookupService("198.51.100.7", 443, done)],
  ["dns.promises.resolveTxt", () => dns.promises.resolveTxt(name)],
  ["lookup of node:dns/promises", () => lookupLater(name)],
  ["a resolver", () => new dns.Resolver().resolveMx(name, done)],
  ["a resolver of node:dns/promises", () => new Resolver().resolve6(name)],
])("%s to another machine is refused at once", (_, act) => {
  expect(act).toThrow(refused);
});

test("fetch, and a client of a live site, are refused before a name is looked up", async () => {
  const failure = await fetch(`http://${name}/`).catch((error: Error) => error.cause);
  expect(failure).toMatchObject({ message: expect.stringMatching(refused) });
  const chat = new Client(name, { timeoutMs: 2_000 });
  onTestFinished(() => chat.logout());
  const told: unknown = await chat.getRoom(1).name.then(
    () => "an answer",
    (error: unknown) => error,
  );
  expect(told).toMatchObject({ cause: { message: expect.stringMatching(refused) } });
});

test("localhost and addresses of this machine are looked up", async () => {
  expect(await lookupLater("localhost")).toMatchObject({ address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/) });
  expect(await lookupLater("127.0.0.1")).toEqual({ address: "127.0.0.1", family: 4 });
});

function datagrams(): dgram.Socket {
  const socket = dgram.createSocket("udp4");
  onTestFinished(() => new Promise((resolve) => socket.close(() => resolve())));
  return socket;
}
