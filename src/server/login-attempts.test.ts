import { expect, test } from "vitest";
import { ManualClock } from "../util/manual-clock.js";
import { LoginAttempts } from "./login-attempts.js";

test("each wrong password doubles the wait, up to a minute for an account and 15 minutes for an address", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  const waits = Array.from({ length: 20 }, () => {
    attempts.record("ann@example.com", "192.0.2.1", false);
    return [attempts.waitSeconds(" Ann@example.com", "192.0.2.2"), attempts.waitSeconds("", "192.0.2.1")];
  });
  expect(waits.map(([account]) => account).slice(0, 10)).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
  expect(waits.at(-1)).toEqual([60, 900]);
});

test("an IPv6 /64 network counts as one address, and so do both spellings of an IPv4 address", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  for (let n = 1; n <= 3; n++) attempts.record(`${n}@example.com`, `2001:db8::${n}`, false);
  for (let n = 1; n <= 3; n++) attempts.record(`${n}@example.org`, "::ffff:192.0.2.1", false);
  expect(attempts.waitSeconds("", "2001:db8:0:0:1:2:3:4")).toBe(1);
  expect(attempts.waitSeconds("", "2001:db8:0:1::1")).toBe(0);
  expect(attempts.waitSeconds("", "192.0.2.1")).toBe(1);
});

test("the oldest accounts and addresses are forgotten beyond the limit", () => {
  const attempts = new LoginAttempts(true, new ManualClock());
  for (let n = 0; n < 3; n++) attempts.record("old@example.com", "192.0.2.1", false);
  for (let n = 0; n < 10_000; n++) attempts.record(`${n}@example.com`, "192.0.2.2", false);
  expect(attempts.waitSeconds("old@example.com", "192.0.2.3")).toBe(0);
  expect(attempts.waitSeconds("", "192.0.2.2")).toBe(900);
});
