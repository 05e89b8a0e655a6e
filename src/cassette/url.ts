/**
 * Scrubs URLs. The site's own keep their path and the ids of rooms and messages; of other URLs only the scheme, the
 * kind of
 * host and the shape remain. Pure.
 */
import { mapDecoded, percentInForm, percentInPath } from "./codecs.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { isCodeName } from "./vocabulary.js";

const SCHEMES = /^(?:https?|wss?|ftp):$/i;
/** Hosts of the network and of services its pages link to. */
const OWN_HOSTS =
  /(?:^|\.)(?:stackexchange\.com|stackoverflow\.com|sstatic\.net|gravatar\.com|stack\.imgur\.com|imgur\.com|superuser\.com|serverfault\.com|askubuntu\.com)$/i;
const HOST_LABELS: ReadonlySet<string> = new Set(
  "chat meta www i cdn cdn-chat sockets openid secure api codegolf stackexchange stackoverflow superuser serverfault askubuntu sstatic gravatar stack imgur com net".split(
    " ",
  ),
);
const TOP_LEVELS: ReadonlySet<string> = new Set("com org net io dev edu gov info app co uk de fr me ai".split(" "));
const EXTENSIONS = /\.(?:png|jpe?g|gif|bmp|webp|svg|css|js|json|html?|ico|txt|pdf)$/i;
/** Path segments followed only by ids of rooms, messages and events. */
const ID_PATHS: ReadonlySet<string> = new Set(
  "rooms transcript message messages chats feeds events conversation".split(" "),
);
/** Parameters that hold such ids or counts. */
const KEPT_NUMBER_PARAMETERS: ReadonlySet<string> = new Set(
  "m l s g room roomid page pagesize count limit msgcount before after since parentid id ids to firstmessageid lastmessageid beforeid duration".split(
    " ",
  ),
);
const USER_PARAMETERS: ReadonlySet<string> = new Set("user userid withuserid acluserid".split(" "));
/** Parameters that hold user text. */
const TEXT_PARAMETERS: ReadonlySet<string> = new Set(
  "q filter text name title description tags reason message info newtitle".split(" "),
);
const URL_PARAMETERS: ReadonlySet<string> = new Set("returnurl aspxerrorpath upload-url".split(" "));
const SECRET_VALUE = /^(?:[0-9a-f]{16,})$/i;

/** Matches URLs in user text. */
export const URLS_IN_TEXT: RegExp = /\b(?:https?|wss?|ftp):\/\/[^\s<>"'`]+/gi;

/** Scrubs user content from a URL. */
export function scrubUrl(address: string, pseudonyms: Pseudonyms): string {
  const parts = /^([a-z][\w+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#[\s\S]*)?$/i.exec(address.trim());
  if (!parts) return pseudonyms.text(address, "address");
  const [, scheme = "", authority, path = "", query = "", fragment = ""] = parts;
  if (scheme !== "" && !SCHEMES.test(scheme)) {
    const kept = /^(?:data|mailto|javascript|about):$/i.test(scheme) ? scheme : pseudonyms.text(scheme, "address");
    return kept + pseudonyms.text(path + query + fragment, "address");
  }
  const isOwn = authority === undefined || isOwnAuthority(authority);
  const host = authority === undefined ? "" : `//${scrubAuthority(authority, pseudonyms)}`;
  const way = isOwn ? ownPath(path, pseudonyms) : foreignText(path, pseudonyms);
  const rest = isOwn
    ? `${scrubQuery(query, pseudonyms)}${ownFragment(fragment, pseudonyms)}`
    : foreignText(query + fragment, pseudonyms);
  return `${address.slice(0, address.length - address.trimStart().length)}${scheme}${host}${way}${rest}`;
}

/** Scrubs a query string or a form, with or without a leading question mark. */
export function scrubQuery(query: string, pseudonyms: Pseudonyms): string {
  return query.replace(/([^?&=]+)(=[^&]*)?/g, (_, key: string, value = "") => {
    const name = isCodeName(key) ? key : mapDecoded(percentInForm, key, (text) => pseudonyms.text(text, "text"));
    if (value === "") return name;
    return `${name}=${mapDecoded(percentInForm, String(value).slice(1), (text) => scrubParameter(key, text, pseudonyms))}`;
  });
}

/** Scrubs the value of a parameter of the site's own URLs and forms. */
export function scrubParameter(key: string, value: string, pseudonyms: Pseudonyms): string {
  const name = key.toLowerCase();
  if (URL_PARAMETERS.has(name)) return scrubUrl(value, pseudonyms);
  if (TEXT_PARAMETERS.has(name)) return pseudonyms.text(value, "text");
  if (SECRET_VALUE.test(value)) return pseudonyms.hex(value);
  if (/^-?\d[\d,]*$/.test(value)) {
    if (KEPT_NUMBER_PARAMETERS.has(name)) return value;
    return USER_PARAMETERS.has(name) ? scrubIds(value, pseudonyms) : pseudonyms.digits(value);
  }
  return isCodeName(value) || value === "PG" ? value : pseudonyms.text(value, "text");
}

/** Replaces user ids, one or several; the system's own (-1, -2) stay. */
export function scrubIds(value: string, pseudonyms: Pseudonyms): string {
  return value.replace(/-?\d+/g, (id) => {
    if (id === "-1" || id === "-2") return id;
    return id.startsWith("-") ? `-${pseudonyms.userId(id.slice(1))}` : pseudonyms.userId(id);
  });
}

function ownPath(path: string, pseudonyms: Pseudonyms): string {
  const segments = path.split("/");
  const way = segments.filter((segment) => segment !== "");
  const first = way[0]?.toLowerCase() ?? "";
  let before = "";
  return segments
    .map((segment) => {
      const scrubbed = segment === "" ? "" : ownSegment(segment, { first, before }, pseudonyms);
      if (segment !== "") before = /^-?\d+$/.test(segment) ? `${before} id` : segment.toLowerCase();
      return scrubbed;
    })
    .join("/");
}

function ownSegment(
  segment: string,
  { first, before }: { readonly first: string; readonly before: string },
  pseudonyms: Pseudonyms,
): string {
  if (/^-?\d+$/.test(segment)) {
    if (before === "users" || /^(?:q|a|questions) id$/.test(before)) return scrubIds(segment, pseudonyms);
    return ID_PATHS.has(first) ? segment : pseudonyms.digits(segment);
  }
  if (SECRET_VALUE.test(segment)) return pseudonyms.hex(segment);
  if (first === "transcript" && /^\d{1,2}-\d{1,2}$/.test(segment)) return segment;
  // A slug is user text, even if it looks like a known word.
  const isSlug = /^(?:rooms|users|info|questions) id$/.test(before);
  if (!isSlug && isCodeName(segment.replace(EXTENSIONS, ""))) return segment;
  return withExtension(segment, pseudonyms);
}

function withExtension(segment: string, pseudonyms: Pseudonyms): string {
  const extension = EXTENSIONS.exec(segment)?.[0] ?? "";
  const stem = segment.slice(0, segment.length - extension.length);
  return mapDecoded(percentInPath, stem, (text) => pseudonyms.text(text, "text")) + extension;
}

function ownFragment(fragment: string, pseudonyms: Pseudonyms): string {
  if (/^#(?:message-)?\d+$/.test(fragment) || isCodeName(fragment.slice(1))) return fragment;
  return mapDecoded(percentInPath, fragment, (text) => pseudonyms.text(text, "text"));
}

function foreignText(text: string, pseudonyms: Pseudonyms): string {
  const extension = EXTENSIONS.exec(text)?.[0] ?? "";
  const stem = text.slice(0, text.length - extension.length);
  return mapDecoded(percentInPath, stem, (plain) => pseudonyms.text(plain, "address")) + extension;
}

function isOwnAuthority(authority: string): boolean {
  const host = authority.replace(/:\d*$/, "");
  return OWN_HOSTS.test(host) || isThisMachine(host);
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1" || host === "[::1]";
}

function scrubAuthority(authority: string, pseudonyms: Pseudonyms): string {
  const at = authority.lastIndexOf("@");
  const user = at < 0 ? "" : pseudonyms.text(authority.slice(0, at + 1), "password");
  const [, host = "", port = ""] = /^([\s\S]*?)(:\d*)?$/.exec(authority.slice(at + 1)) ?? [];
  if (isThisMachine(host)) return user + host + port;
  const isOwn = OWN_HOSTS.test(host);
  const labels = host.split(".");
  const scrubbed = labels.map((label, index) => {
    const name = label.toLowerCase();
    if (isOwn && (HOST_LABELS.has(name) || index >= labels.length - 2)) return label;
    if (!isOwn && (name === "www" || (index === labels.length - 1 && TOP_LEVELS.has(name)))) return label;
    return pseudonyms.text(label, "address");
  });
  return user + scrubbed.join(".") + port;
}
