/**
 * Avatars. The live pages have an `img`, and clients read it. Here it is never shown or loaded (CSS hides it, and it is
 * lazy), because a local server must work offline; the style sheet draws the initials instead.
 */
import { html, type Markup } from "./markup.js";

/** Returns the URL of the avatar of an email hash (protocol.md §6.1). */
export function avatarUrl(emailHash: string, size: number): string {
  if (!emailHash.startsWith("!")) return `https://www.gravatar.com/avatar/${emailHash}?s=${size}&d=identicon&r=PG`;
  const url = emailHash.slice(1);
  const sized = url.replace(/([?&]s=)\d+/, `$1${size}`);
  return /^(https?:)?\/\//i.test(sized) ? sized : "";
}

/** Returns up to two initials of a name. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = "?", second = ""] = words;
  return `${letter(first)}${letter(second)}`.toUpperCase();
}

/** Returns the class of one of twelve colors, always the same for an id. */
export function tintOf(id: number | null): string {
  return `tint-${Math.abs(id ?? 0) % 12}`;
}

/** Renders the `img`, for an element that has {@link initialsOf} and {@link tintOf}. */
export function avatarImage(view: { emailHash: string; name: string; title?: string }, size: number): Markup {
  const title = view.title === undefined ? "" : html` title="${view.title}"`;
  return html`<img loading="lazy" width="${size}" height="${size}" src="${avatarUrl(view.emailHash, size)}" alt="${view.title ?? view.name}"${title} />`;
}

function letter(word: string): string {
  return [...word][0] ?? "";
}
