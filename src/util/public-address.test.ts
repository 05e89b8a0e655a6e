import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nonPublicKind } from "./public-address.js";

describe("an address is not public", () => {
  test.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.255.255.255", "private"],
    ["100.64.0.1", "shared (carrier-grade NAT)"],
    ["100.127.255.255", "shared (carrier-grade NAT)"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["168.63.129.16", "cloud service"],
    ["169.254.169.254", "link-local"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.0.0.8", "reserved"],
    ["192.0.2.1", "documentation"],
    ["192.168.1.1", "private"],
    ["198.19.0.1", "benchmarking"],
    ["224.0.0.1", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::ffff:10.0.0.1", "private"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:a9fe:a9fe", "link-local"],
    ["::127.0.0.1", "reserved"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b::7f00:1", "loopback"],
    ["64:ff9b:1::1", "private"],
    ["2002:7f00:1::", "loopback"],
    ["2002:c0a8:101::1", "private"],
    ["2001::1", "reserved"],
    ["2001:db8::1", "documentation"],
    ["fc00::1", "unique-local"],
    ["fdff:ffff::1", "unique-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["febf::1", "link-local"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
    ["4000::1", "reserved"],
    ["2606:4700::1%eth0", "link-local"],
    ["", "malformed"],
    ["localhost", "malformed"],
    ["127.1", "malformed"],
    ["0x7f.0.0.1", "malformed"],
  ])("when it is %s: %s", (address, kind) => {
    expect(nonPublicKind(address)).toBe(kind);
  });
});

test.each([
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700::6810:84e5",
  "2002:101:101::1",
  "64:ff9b::1.1.1.1",
  "::ffff:1.1.1.1",
])("%s is public", (address) => {
  expect(nonPublicKind(address)).toBeNull();
});

test("an IPv4 address and its mapped form are of the same kind", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(nonPublicKind(`::ffff:${address}`)).toBe(nonPublicKind(address));
    }),
  );
});

test("only addresses of 2000::/3 and embedded IPv4 addresses can be public among those of IPv6", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      if (nonPublicKind(address) === null) expect(address).toMatch(/^(?:[23][\da-f]{3}:|64:ff9b:|0{0,4}:.*ffff:)/i);
    }),
  );
});
