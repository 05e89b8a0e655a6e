/**
 * Classifies IP addresses: public, or one of the kinds that only this machine or its network can reach. Pure. The ranges
 * are those of the IANA special-purpose registries, and addresses in which an IPv4 address is embedded count as that one.
 */
import { isIPv4, isIPv6 } from "node:net";

/** A kind of addresses: the leading bits that they share, as a prefix of `bits` bits. */
interface Range {
  readonly bytes: readonly number[];
  readonly bits: number;
  readonly kind: string;
}

const V4_RANGES: readonly Range[] = [
  ["0.0.0.0", 8, "unspecified"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "shared (carrier-grade NAT)"],
  ["127.0.0.0", 8, "loopback"],
  // The internal service of Azure answers to every virtual machine there.
  ["168.63.129.16", 32, "cloud service"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "documentation"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "benchmarking"],
  ["198.51.100.0", 24, "documentation"],
  ["203.0.113.0", 24, "documentation"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
].map(toRange);

const V6_RANGES: readonly Range[] = [
  ["::", 128, "unspecified"],
  ["::1", 128, "loopback"],
  ["64:ff9b:1::", 48, "private"],
  ["100::", 64, "reserved"],
  ["2001::", 23, "reserved"],
  ["2001:db8::", 32, "documentation"],
  ["3fff::", 20, "documentation"],
  ["fc00::", 7, "unique-local"],
  ["fe80::", 10, "link-local"],
  ["fec0::", 10, "site-local"],
  ["ff00::", 8, "multicast"],
].map(toRange);

/** Prefixes after which the bytes of an IPv4 address follow: mapped, NAT64 and 6to4. */
const EMBEDDING: readonly Range[] = [
  ["::ffff:0:0", 96, "mapped"],
  ["64:ff9b::", 96, "NAT64"],
  ["2002::", 16, "6to4"],
].map(toRange);

const GLOBAL_UNICAST: Range = toRange(["2000::", 3, "public"]);

function toRange([address, bits, kind]: (string | number)[]): Range {
  return { bytes: bytesOf(String(address)) ?? [], bits: Number(bits), kind: String(kind) };
}

/**
 * The kind of an address that is not public, such as `private` or `loopback`; null for a public address. A text that is
 * no address, and an address with a zone, are not public either.
 */
export function nonPublicKind(address: string): string | null {
  const bytes = bytesOf(address);
  if (!bytes) return address.includes("%") ? "link-local" : "malformed";
  if (bytes.length === 4) return kindIn(V4_RANGES, bytes);
  const embedding = EMBEDDING.find((range) => isIn(range, bytes));
  if (embedding) return kindIn(V4_RANGES, bytes.slice(embedding.bits / 8, embedding.bits / 8 + 4));
  return kindIn(V6_RANGES, bytes) ?? (isIn(GLOBAL_UNICAST, bytes) ? null : "reserved");
}

function kindIn(ranges: readonly Range[], bytes: readonly number[]): string | null {
  return ranges.find((range) => isIn(range, bytes))?.kind ?? null;
}

function isIn(range: Range, bytes: readonly number[]): boolean {
  return range.bytes.every((byte, at) => {
    const bits = Math.min(8, Math.max(0, range.bits - at * 8));
    const mask = 0xff & (0xff << (8 - bits));
    return ((bytes[at] ?? 0) & mask) === (byte & mask);
  });
}

/** The 4 or 16 bytes of an address; undefined for anything else. */
function bytesOf(address: string): readonly number[] | undefined {
  if (isIPv4(address)) return address.split(".").map(Number);
  return isIPv6(address) && !address.includes("%") ? bytesOfV6(address) : undefined;
}

function bytesOfV6(address: string): readonly number[] {
  // A dotted end is two groups.
  const [, start = "", dotted] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = dotted?.split(".").map(Number) ?? [];
  const whole =
    dotted === undefined ? address : `${start}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  const [head = "", tail] = whole.split("::");
  const left = groupsOf(head);
  const right = groupsOf(tail ?? "");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return [...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]);
}

function groupsOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
