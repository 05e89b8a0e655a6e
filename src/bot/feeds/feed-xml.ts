/**
 * Reads RSS 0.9 to 2.0, RDF and Atom from tokens, without a tree: linear in time, and no entity is ever expanded.
 * (feedsmith 3.0.1 takes quadratic time for the author of an item, 9 s for 320 kB, so it cannot read what strangers send.)
 */
import { Parser } from "htmlparser2";
import { ParseError } from "../../index.js";
import type { RawFeed, RawItem } from "./feed-item.js";

/** The tokenizer scans all open elements at every stray close tag, so this bounds its time. */
const MAX_DEPTH = 100;
/** Longer texts are cut, because nothing here shows more. */
const MAX_TEXT = 20_000;
/** Items after these are ignored; the seen list of a feed remembers more. */
const MAX_ITEMS = 1_000;

const FORMATS: readonly string[] = ["rss", "rdf", "feed"];
const ITEMS: readonly string[] = ["item", "entry"];
const CHANNEL_FIELDS: readonly string[] = ["title", "link"];
const ITEM_FIELDS: readonly string[] = [
  ...["title", "link", "guid", "id", "author", "dc:creator", "description", "summary", "content"],
  ...["pubdate", "dc:date", "published", "updated"],
];

/** A field that was read: its text, and the attributes that matter. */
interface Field {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

type Fields = Map<string, Field[]>;

/**
 * Reads a feed in XML.
 * @throws {NOT_UNDERSTOOD} when it is none
 */
export function readXmlFeed(text: string): RawFeed {
  const reader = new XmlReader();
  new Parser(reader, { xmlMode: true, decodeEntities: true }).end(text);
  return reader.feed();
}

/** Receives the tokens of the parser. */
class XmlReader {
  /** The local names of the open elements. */
  readonly #open: string[] = [];
  #isFeed = false;
  /** The prefix of the root: `atom:` for `<atom:feed>`. */
  #prefix = "";
  #base: string | undefined;
  #itemBase: string | undefined;
  readonly #channel: Fields = new Map();
  #item: Fields | undefined;
  #itemDepth = 0;
  #field: Field | undefined;
  #fieldDepth = 0;
  #author: string | undefined;
  readonly #items: RawItem[] = [];

  onopentag(tag: string, given: Readonly<Record<string, string>>): void {
    const attributes = lowered(given);
    const name = this.#nameOf(tag.toLowerCase());
    if (!this.#isFeed) this.#start(tag.toLowerCase(), attributes);
    this.#open.push(name);
    const depth = this.#open.length;
    if (depth > MAX_DEPTH) throw new ParseError("feed", `elements nested at most ${MAX_DEPTH} deep`);
    if (this.#field) {
      if (this.#field.name === "author" && name === "name" && depth === this.#fieldDepth + 1) this.#author = "";
      return;
    }
    if (!this.#item && ITEMS.includes(name)) {
      this.#item = new Map();
      this.#itemDepth = depth;
      this.#itemBase = attributes["xml:base"];
      if (attributes["rdf:about"]) add(this.#item, { name: "id", attributes: {}, text: attributes["rdf:about"] });
    } else if (this.#isField(name, depth)) {
      this.#field = { name, attributes, text: "" };
      this.#fieldDepth = depth;
      this.#author = undefined;
    }
  }

  ontext(text: string): void {
    if (this.#field && this.#field.text.length < MAX_TEXT) this.#field.text += text;
    if (this.#author !== undefined && this.#open.at(-1) === "name" && this.#author.length < MAX_TEXT)
      this.#author += text;
  }

  /** @param isImplied - whether the end tag is missing, as after a truncated item, which does not count */
  onclosetag(_tag: string, isImplied: boolean): void {
    const depth = this.#open.length;
    this.#open.pop();
    if (this.#field && depth === this.#fieldDepth) this.#endField(this.#field);
    if (this.#item && depth === this.#itemDepth) this.#endItem(this.#item, isImplied);
  }

  /** The feed that was read. */
  feed(): RawFeed {
    if (!this.#isFeed) throw new ParseError("feed", "RSS, Atom, RDF or JSON, not a text without elements");
    return {
      title: textOf(this.#channel, "title"),
      link: resolved(linkOf(this.#channel), this.#base),
      items: this.#items,
    };
  }

  #start(tag: string, attributes: Readonly<Record<string, string>>): void {
    const [, prefix = "", local = ""] = /^([^:]*:)?(.*)$/s.exec(tag) ?? [];
    if (!FORMATS.includes(local)) throw new ParseError("feed", `RSS, Atom, RDF or JSON, not <${tag.slice(0, 40)}>`);
    this.#isFeed = true;
    this.#prefix = local === "feed" ? prefix : "";
    this.#base = attributes["xml:base"];
  }

  #nameOf(tag: string): string {
    return this.#prefix !== "" && tag.startsWith(this.#prefix) ? tag.slice(this.#prefix.length) : tag;
  }

  /** Fields are children of the item, or of the channel, which is the root in Atom. */
  #isField(name: string, depth: number): boolean {
    if (this.#item) return depth === this.#itemDepth + 1 && ITEM_FIELDS.includes(name);
    return CHANNEL_FIELDS.includes(name) && (depth === 2 || (depth === 3 && this.#open[1] === "channel"));
  }

  #endField(field: Field): void {
    this.#field = undefined;
    const text = field.name === "author" && this.#author !== undefined ? this.#author : field.text;
    this.#author = undefined;
    add(this.#item ?? this.#channel, { ...field, text: text.trim() });
  }

  #endItem(fields: Fields, isTruncated: boolean): void {
    this.#item = undefined;
    if (isTruncated || this.#items.length >= MAX_ITEMS) return;
    const title = fields.get("title")?.[0];
    const base = resolved(this.#itemBase, this.#base) ?? this.#base;
    this.#items.push({
      id: textOf(fields, "id") ?? textOf(fields, "guid"),
      title: title?.text,
      titleForm: titleFormOf(title, fields),
      link: linkOf(fields) ?? permalinkOf(fields),
      author: textOf(fields, "author") ?? textOf(fields, "dc:creator"),
      date: ["pubdate", "published", "dc:date", "updated"].map((name) => textOf(fields, name)).find(Boolean),
      summary: ["summary", "description", "content"].map((name) => textOf(fields, name)).find(Boolean),
      base,
    });
  }
}

function lowered(attributes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), value]));
}

function add(fields: Fields, field: Field): void {
  const known = fields.get(field.name);
  if (known) known.push(field);
  else fields.set(field.name, [field]);
}

/** The first text of a field that is not empty. */
function textOf(fields: Fields, name: string): string | undefined {
  return fields.get(name)?.find(({ text }) => text !== "")?.text;
}

/** The text of `<link>` in RSS, the `href` of the alternate link in Atom. */
function linkOf(fields: Fields): string | undefined {
  const links = fields.get("link") ?? [];
  const alternate = links.find(({ attributes }) => attributes.href && (attributes.rel ?? "alternate") === "alternate");
  return textOf(fields, "link") ?? alternate?.attributes.href;
}

function permalinkOf(fields: Fields): string | undefined {
  const guid = fields.get("guid")?.[0];
  return guid && guid.attributes.ispermalink?.toLowerCase() !== "false" && /^https?:\/\//i.test(guid.text)
    ? guid.text
    : undefined;
}

/** An Atom title says what it is; one of RSS does not. */
function titleFormOf(title: Field | undefined, fields: Fields): RawItem["titleForm"] {
  const type = title?.attributes.type?.toLowerCase();
  if (type === "html" || type === "text/html") return "html";
  if (type === "text" || type === "xhtml") return "text";
  return fields.has("updated") && fields.has("id") ? "text" : "either";
}

function resolved(link: string | undefined, base: string | undefined): string | undefined {
  if (link === undefined || base === undefined) return link;
  return URL.parse(link, base)?.href ?? link;
}
