/**
 * The Q&A sites of the network (protocol.md §1). Each room of chat.stackexchange.com belongs to one of them, and users log
 * in to that chat on any of those under `*.stackexchange.com`.
 */

/** The Q&A site that a room belongs to. */
export interface ParentSite {
  /** The host, such as `codegolf.stackexchange.com`. */
  readonly host: string;
  /** The display name, such as `Code Golf`. */
  readonly name: string;
}

const NETWORK_HOST =
  /^(?:(?!chat\.|sockets\.|openid\.|api\.|data\.|cdn\.)[a-z0-9-]+\.(?:meta\.)?stackexchange|(?:meta\.|[a-z]{2}\.)?stackoverflow|(?:meta\.)?(?:superuser|serverfault|askubuntu)|stackapps)\.com$|^(?:meta\.)?mathoverflow\.net$/;

/** Display names by host. */
const SITE_NAMES: ReadonlyMap<string, string> = new Map([
  ["askubuntu.com", "Ask Ubuntu"],
  ["codegolf.stackexchange.com", "Code Golf"],
  ["codereview.stackexchange.com", "Code Review"],
  ["english.stackexchange.com", "English Language & Usage"],
  ["gaming.stackexchange.com", "Arqade"],
  ["math.stackexchange.com", "Mathematics"],
  ["mathoverflow.net", "MathOverflow"],
  ["meta.stackexchange.com", "Meta Stack Exchange"],
  ["puzzling.stackexchange.com", "Puzzling"],
  ["scifi.stackexchange.com", "Science Fiction & Fantasy"],
  ["serverfault.com", "Server Fault"],
  ["softwareengineering.stackexchange.com", "Software Engineering"],
  ["stackapps.com", "Stack Apps"],
  ["stackoverflow.com", "Stack Overflow"],
  ["superuser.com", "Super User"],
  ["tex.stackexchange.com", "TeX - LaTeX"],
  ["unix.stackexchange.com", "Unix & Linux"],
  ["worldbuilding.stackexchange.com", "Worldbuilding"],
]);

/** Whether a host has the form of a Q&A site's. */
export function isQuestionSite(host: string): boolean {
  return NETWORK_HOST.test(host);
}

/** The Q&A site at a host, named by its host if the name is unknown; null if the host is not a Q&A site's. */
export function questionSite(host: string): ParentSite | null {
  const known = host.trim().toLowerCase();
  return isQuestionSite(known) ? { host: known, name: SITE_NAMES.get(known) ?? known } : null;
}

/**
 * Whether users log in to chat.stackexchange.com on this host: on each Q&A site under its domain they do. The OpenID host
 * is gone (protocol.md §2.3), but two clients still take their first fkey from it.
 */
export function isNetworkLogin(host: string): boolean {
  return host === "openid.stackexchange.com" || (host.endsWith(".stackexchange.com") && isQuestionSite(host));
}
