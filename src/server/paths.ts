/** Builds URLs of pages, with slugs where they have one, as in `/rooms/1/sandbox` (protocol.md §1). Pure. */

/**
 * Returns the slug of a name: lower case, no diacritics, `[0-9a-z-]` only, at most 80 characters, possibly empty.
 */
export function slugOf(name: string): string {
  return name
    .slice(0, 400)
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[\s,./\\_-]+/g, "-")
    .replace(/[^0-9a-z-]+/g, "")
    .replace(/-{2,}/g, "-")
    .slice(0, 80)
    .replace(/^-+|-+$/g, "");
}

/** `/users/{id}/{slug}`. */
export function userPath(id: number, name: string): string {
  return withSlug(`/users/${id}`, name);
}

/** `/rooms/{id}/{slug}`. */
export function roomPath(id: number, name: string): string {
  return withSlug(`/rooms/${id}`, name);
}

/** `/rooms/info/{id}/{slug}`. */
export function roomInfoPath(id: number, name: string): string {
  return withSlug(`/rooms/info/${id}`, name);
}

/** `/?tab=site&host={host}`: the rooms of one Q&A site. */
export function siteRoomsPath(host: string): string {
  return `/${queryOf({ tab: "site", host })}`;
}

/** `/transcript/{room}/{y}/{m}/{d}[/{h1}-{h2}]`: months and days without a leading zero. */
export function transcriptPath(roomId: number, day: string, hours?: { from: number; to: number } | null): string {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return `/transcript/${roomId}/${year}/${month}/${date}${hours ? `/${hours.from}-${hours.to}` : ""}`;
}

/** `/rooms/{id}/conversation/{slug}`. */
export function conversationPath(roomId: number, slug: string): string {
  return `/rooms/${roomId}/conversation/${urlPart(slug)}`;
}

/** Encodes a value as one URL component. A lone surrogate becomes U+FFFD instead of throwing. */
export function urlPart(value: string): string {
  return encodeURIComponent(value.replace(/\p{Cs}/gu, "\ufffd"));
}

/** Builds a query such as `?a=1&b=x` from the values that are set. */
export function queryOf(values: Readonly<Record<string, string | number | boolean | null | undefined>>): string {
  const parts = Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([key, value]) => `${key}=${urlPart(String(value))}`);
  return `?${parts.join("&")}`;
}

function withSlug(path: string, name: string): string {
  const slug = slugOf(name);
  return slug ? `${path}/${slug}` : path;
}
