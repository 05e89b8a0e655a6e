/** Scrubs attributes of elements, each by the kind of value it holds. Pure. */

import { type ScrubMarkup, scrubLiterals, scrubScript } from "./literals.js";
import { scrubLabel, scrubText } from "./plain.js";
import type { Pseudonyms } from "./pseudonyms.js";
import { scrubIds, scrubUrl } from "./url.js";
import { isCodeName } from "./vocabulary.js";

/**
 * Whose text an element holds: `label` is the site's, `count` a label that may be a number, `name` and `text` are
 * users'.
 */
export type TextMode = "label" | "count" | "name" | "text";

/** One attribute. */
export interface AttributeValue {
  /** The tag name of its element. */
  readonly element: string;
  readonly name: string;
  /** The decoded value. */
  readonly value: string;
  readonly mode: TextMode;
  /** All attributes of the element, decoded. */
  readonly others: ReadonlyMap<string, string>;
}

const URL_ATTRIBUTES: ReadonlySet<string> = new Set(
  "href src action formaction cite poster background longdesc data-src data-href data-url".split(" "),
);
const CODE_ATTRIBUTES: ReadonlySet<string> = new Set(
  `rel type method lang width height size maxlength rows cols colspan rowspan tabindex role target charset autocomplete loading
hidden dir enctype accept name for aria-controls aria-describedby aria-labelledby aria-live aria-expanded aria-hidden aria-busy aria-pressed
aria-selected aria-haspopup aria-autocomplete aria-checked aria-current headers http-equiv property itemprop decoding crossorigin fetchpriority`.split(
    /\s+/,
  ),
);
const ROOM_FIELDS: ReadonlySet<string> = new Set(
  "room roomid parentid page pagesize messageid firstmessageid lastmessageid duration".split(" "),
);
const TEXT_FIELDS: ReadonlySet<string> = new Set("q filter text name title description tags email".split(" "));
const KEPT_DATA = /^data-(?:.*-)?(?:time|room|room-?id|message|message-?id|parent-?id|count|page)$/;

/** Scrubs user content from the value of an attribute. */
export function scrubAttribute(attribute: AttributeValue, pseudonyms: Pseudonyms, markup: ScrubMarkup): string {
  const { name, value, mode } = attribute;
  if (name === "class") return value.replace(/\S+/g, (word) => scrubClass(word, pseudonyms));
  if (name === "id") return scrubId(value, pseudonyms);
  if (URL_ATTRIBUTES.has(name)) return scrubUrl(value, pseudonyms);
  if (name.startsWith("on")) return scrubScript(value, pseudonyms, markup);
  if (CODE_ATTRIBUTES.has(name)) return scrubCode(value, pseudonyms);
  if (name === "value") return scrubField(attribute, pseudonyms);
  if (name.startsWith("data-")) return scrubData(attribute, pseudonyms, markup);
  if (/(?:^|\s)reputation-score(?:\s|$)/.test(attribute.others.get("class") ?? "")) return scrubText(value, pseudonyms);
  if (mode === "name" || mode === "text") return scrubText(value, pseudonyms, mode);
  return scrubLabel(value, pseudonyms);
}

function scrubClass(word: string, pseudonyms: Pseudonyms): string {
  const [, user, id = ""] = /^((?:[a-z]+-)*user-)(-?\d+)$/.exec(word) ?? [];
  if (user !== undefined) return user + scrubIds(id, pseudonyms);
  return isCodeName(word) ? word : pseudonyms.text(word, "text");
}

function scrubId(value: string, pseudonyms: Pseudonyms): string {
  const [, prefix, id = ""] = /^([A-Za-z][A-Za-z_-]*[-_])(-?\d+)$/.exec(value) ?? [];
  if (prefix !== undefined && isCodeName(prefix)) {
    if (/user/i.test(prefix)) return prefix + scrubIds(id, pseudonyms);
    return /^(?:.*-)?(?:message|room|summary|conversation|tab)[-_]$/.test(prefix)
      ? value
      : prefix + pseudonyms.digits(id);
  }
  if (/^\d+$/.test(value)) return value;
  return isCodeName(value) ? value : pseudonyms.text(value, "text");
}

function scrubCode(value: string, pseudonyms: Pseudonyms): string {
  return value.replace(/[^\s,;=/]+/g, (word) =>
    isCodeName(word) || /^[\d.%-]+$/.test(word) || word === "utf-8" ? word : pseudonyms.text(word, "text"),
  );
}

function scrubField({ value, mode, others }: AttributeValue, pseudonyms: Pseudonyms): string {
  const field = (others.get("name") ?? "").toLowerCase();
  if (/^[0-9a-f]{16,}$/i.test(value)) return pseudonyms.hex(value);
  if (/^-?\d+$/.test(value)) return ROOM_FIELDS.has(field) ? value : scrubIds(value, pseudonyms);
  if (TEXT_FIELDS.has(field) || mode === "name" || mode === "text") return scrubText(value, pseudonyms);
  if (/^\/|^https?:/.test(value)) return scrubUrl(value, pseudonyms);
  return isCodeName(value) ? value : scrubLabel(value, pseudonyms);
}

function scrubData({ name, value }: AttributeValue, pseudonyms: Pseudonyms, markup: ScrubMarkup): string {
  if (/^\s*[[{]/.test(value)) {
    const subject = name === "data-users" ? "users" : "events";
    return scrubLiterals(value, { pseudonyms, subject, markup });
  }
  if (/^-?\d+$/.test(value)) return KEPT_DATA.test(name) ? value : scrubIds(value, pseudonyms);
  if (value === "true" || value === "false" || value === "") return value;
  return scrubText(value, pseudonyms);
}
