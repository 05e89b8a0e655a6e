/**
 * The Q&A sites of the network (protocol.md §1): each room of chat.stackexchange.com belongs to one of them, and those
 * under `*.stackexchange.com` log people in there.
 */

/** A Q&A site that a room is about. */
export interface ParentSite {
  /** Such as `codegolf.stackexchange.com`. */
  readonly host: string;
  /** Such as `Code Golf`. */
  readonly name: string;
}

const networkHost =
  /^(?:(?!chat\.|sockets\.|openid\.|api\.|data\.|cdn\.)[a-z0-9-]+\.(?:meta\.)?stackexchange|(?:meta\.|[a-z]{2}\.)?stackoverflow|(?:meta\.)?(?:superuser|serverfault|askubuntu)|stackapps)\.com$|^(?:meta\.)?mathoverflow\.net$/;

/** Names that are not those of their hosts. */
const names: ReadonlyMap<string, string> = new Map([
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

/** Whether a host is that of a Q&A site, by its form. */
export function isQuestionSite(host: string): boolean {
  return networkHost.test(host);
}

/** The site at a host; a host without a known name is its own name. Null for a host of no Q&A site. */
export function questionSite(host: string): ParentSite | null {
  const known = host.trim().toLowerCase();
  return isQuestionSite(known) ? { host: known, name: names.get(known) ?? known } : null;
}

/**
 * Whether a host logs people in for chat.stackexchange.com: each Q&A site under its domain does. The OpenID host is gone
 * (protocol.md §2.3), but two clients still take their first fkey from it.
 */
export function isNetworkLogin(host: string): boolean {
  return host === "openid.stackexchange.com" || (host.endsWith(".stackexchange.com") && isQuestionSite(host));
}
