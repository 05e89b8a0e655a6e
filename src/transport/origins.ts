/** Which hosts belong together, and where a session's requests and sockets may go: from TLS only to TLS. */
import { isIP } from "node:net";

/** The domain that a host is registered under: cookies such as `acct` are set for it (protocol.md §2.1). */
export function registrable(hostname: string): string {
  return isIP(hostname) === 0 ? hostname.split(".").slice(-2).join(".") : hostname;
}

/** Whether two hosts are of one registrable domain; the host of a captive portal is not of the site's. */
export function isSameSite(hostname: string, other: string): boolean {
  return registrable(hostname) === registrable(other);
}

/** Whether a redirect leaves TLS, which would send cookies in clear text. */
export function leavesTls(from: string, to: URL): boolean {
  return to.protocol === "http:" && from.startsWith("https:");
}

/** The hosts of the sockets of all three live sites (protocol.md §3.3). */
const LIVE_SOCKETS = "chat.sockets.stackexchange.com";

/** Whether a socket address is the site's own, without a password in it, and no less private than its pages. */
export function isSocketOf(origin: string, address: URL): boolean {
  const page = new URL(origin);
  if (address.username || address.password || (page.protocol === "https:" && address.protocol !== "wss:")) return false;
  return address.hostname === LIVE_SOCKETS || isSameSite(address.hostname, page.hostname);
}
