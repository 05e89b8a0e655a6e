import { expect, test } from "vitest";
import { ManualClock } from "../util/manual-clock.js";
import { LoginAttempts } from "./login-attempts.js";

test("an account waits twice as long for each wrong password, a minute at most, and an address a quarter of an hour", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  const waits = Array.from({ length: 20 }, () => {
    attempts.note("ann@example.com", "192.0.2.1", false);
    return [attempts.waitSeconds(" Ann@example.com", "192.0.2.2"), attempts.waitSeconds("", "192.0.2.1")];
  });
  expect(waits.map(([account]) => account).slice(0, 10)).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
  expect(waits.at(-1)).toEqual([60, 900]);
});

test("addresses of one IPv6 network of 64 bits are one address, and those of IPv4 are one in both spellings", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  for (let n = 1; n <= 3; n++) attempts.note(`${n}@example.com`, `2001:db8::${n}`, false);
  for (let n = 1; n <= 3; n++) attempts.note(`${n}@example.org`, "::ffff:192.0.2.1", false);
  expect(attempts.waitSeconds("", "2001:db8:0:0:1:2:3:4")).toBe(1);
  expect(attempts.waitSeconds("", "2001:db8:0:1::1")).toBe(0);
  expect(attempts.waitSeconds("", "192.0.2.1")).toBe(1);
});

test("only so many accounts and addresses are remembered: the latest ones", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  for (let n = 0; n < 3; n++) attempts.note("old@example.com", "192.0.2.1", false);
  for (let n = 0; n < 10_000; n++) attempts.note(`${n}@example.com`, "192.0.2.2", false);
  expect(attempts.waitSeconds("old@example.com", "192.0.2.3")).toBe(0);
  expect(attempts.waitSeconds("", "192.0.2.2")).toBe(900);
});
