import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { slowdown } from "../../protocol/growth.test-support.js";
import type { ReadFeed } from "./feed-item.js";
import { readFeed } from "./read-feed.js";

const URL_OF_FEED = "https://feeds.example/blog/feed.xml";

const read = (text: string | Uint8Array, contentType: string = ""): ReadFeed =>
  readFeed({ body: typeof text === "string" ? Buffer.from(text) : text, contentType, url: URL_OF_FEED });

const rss = (items: string): string =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>News &amp; more</title><link>https://site.example/</link>${items}</channel></rss>`;

const atom = (entries: string): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><id>urn:feed</id><updated>2024-01-01T00:00:00Z</updated>${entries}</feed>`;

const titles = (feed: ReadFeed): string[] => feed.items.map(({ title }) => title);

describe("the format", () => {
  test("RSS 2.0 is read, oldest item first", () => {
    const feed = read(
      rss(`<item><title>Second</title><link>https://site.example/2</link><guid>b</guid>
             <pubDate>Tue, 02 Jan 2024 00:00:00 GMT</pubDate><dc:creator>Bob</dc:creator></item>
           <item><title>First</title><link>https://site.example/1</link><author>a@example.com (Alice)</author>
             <pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><description>&lt;p&gt;Hello&lt;/p&gt; you</description></item>`),
    );
    expect(feed).toMatchObject({
      title: "News & more",
      url: "https://site.example/",
      items: [
        {
          title: "First",
          url: "https://site.example/1",
          author: "Alice",
          summary: "Hello you",
          publishedAt: Date.UTC(2024, 0, 1),
        },
        { title: "Second", url: "https://site.example/2", author: "Bob" },
      ],
    });
  });

  test("RSS 0.91 without dates is read in the reverse of its order", () => {
    expect(titles(read(rss("<item><title>new</title></item><item><title>old</title></item>")))).toEqual(["old", "new"]);
  });

  test.each([
    ["RSS 1.0", "http://purl.org/rss/1.0/"],
    ["RSS 0.90", "http://channel.netscape.com/rdf/simple/0.9/"],
  ])("%s in RDF is read", (_name, namespace) => {
    const feed = read(
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="${namespace}">
        <channel><title>RDF</title><link>https://site.example/</link></channel>
        <item rdf:about="urn:1"><title>One</title><link>https://site.example/1</link></item></rdf:RDF>`,
    );
    expect(feed).toMatchObject({ title: "RDF", items: [{ title: "One", url: "https://site.example/1" }] });
  });

  test.each(["", "atom:"])("Atom with the prefix %j is read", (prefix) => {
    const text = atom(
      `<entry><id>urn:1</id><title type="html">&lt;b&gt;One&lt;/b&gt; &amp;amp; two</title>
        <author><name>Ann</name><email>ann@example.com</email></author>
        <link rel="edit" href="/edit"/><link href="../posts/1"/><updated>2024-01-01T00:00:00Z</updated></entry>`,
    );
    const feed = read(text.replace(/<(\/?)(?=\w)/g, `<$1${prefix}`));
    expect(feed).toMatchObject({
      title: "Atom",
      items: [{ title: "One & two", author: "Ann", url: "https://feeds.example/posts/1" }],
    });
  });

  test("an Atom title of XHTML is read as its text, and xml:base counts", () => {
    const feed = read(
      atom(
        `<entry xml:base="https://other.example/x/"><id>1</id><link href="y"/>
          <title type="xhtml"><div>a <b>bold</b> title</div></title></entry>`,
      ),
    );
    expect(feed.items).toMatchObject([{ title: "a bold title", url: "https://other.example/x/y" }]);
  });

  test("JSON Feed 1 and 1.1 are read", () => {
    const feed = read(
      JSON.stringify({
        version: "https://jsonfeed.org/version/1.1",
        title: "JSON",
        home_page_url: "https://site.example/",
        authors: [{ name: "Everybody" }],
        items: [
          { id: 2, url: "/2", content_text: "Only a text", date_published: "2024-01-02T00:00:00Z" },
          { id: "1", url: "/1", title: "a <T> b", author: { name: "Bob" }, date_published: "2024-01-01T00:00:00Z" },
        ],
      }),
    );
    expect(feed).toMatchObject({
      url: "https://site.example/",
      items: [
        { title: "a <T> b", author: "Bob", url: "https://site.example/1" },
        { title: "Only a text", author: "Everybody", url: "https://site.example/2" },
      ],
    });
  });

  test.each([
    ["the header", Buffer.from(rss("<item><title>é</title></item>"), "latin1"), "text/xml; charset=ISO-8859-1"],
    [
      "the declaration",
      Buffer.from(rss("<item><title>é</title></item>").replace("?>", ' encoding="iso-8859-1"?>'), "latin1"),
      "text/xml",
    ],
    ["the byte order mark", Buffer.from(`\ufeff${rss("<item><title>é</title></item>")}`, "utf16le"), "text/xml"],
    ["nothing, which means UTF-8", Buffer.from(rss("<item><title>é</title></item>")), "text/xml; charset=nonsense"],
  ])("the encoding comes from %s", (_what, bytes, contentType) => {
    expect(titles(read(bytes, contentType))).toEqual(["é"]);
  });

  test.each([
    ["an HTML page", "<!DOCTYPE html><html><head><title>Not found</title></head></html>"],
    ["a text", "No feed here"],
    ["nothing", ""],
    ["JSON without items", '{"title":"x"}'],
    ["half of a JSON feed", '{"items":[{"id":'],
    ["OPML", '<opml version="2.0"><body/></opml>'],
  ])("%s is not understood", (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "NOT_UNDERSTOOD" }));
  });
});

describe("an item", () => {
  const idOf = (item: string): string | undefined => read(rss(`<item>${item}</item>`)).items[0]?.id;

  test("is identified by its id, else its link, else its title and date", () => {
    const guid = idOf("<guid>1</guid><title>a</title><link>https://site.example/a</link>");
    expect(idOf("<guid>1</guid><title>b</title><link>https://site.example/b</link>")).toBe(guid);
    const link = idOf("<title>a</title><link>https://site.example/a</link>");
    expect(idOf("<title>b</title><link>https://site.example/a</link>")).toBe(link);
    const title = idOf("<title>a</title><pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate>");
    expect(idOf("<title>a</title><pubDate>Tue, 02 Jan 2024 00:00:00 GMT</pubDate>")).not.toBe(title);
    expect(new Set([guid, link, title]).size).toBe(3);
  });

  test("listed twice counts once", () => {
    expect(read(rss("<item><guid>1</guid></item><item><guid>1</guid></item>")).items).toHaveLength(1);
  });

  test("cut off at the end of the feed does not count", () => {
    expect(titles(read(rss("<item><title>whole</title></item><item><title>hal").split("</channel>")[0] ?? ""))).toEqual(
      ["whole"],
    );
  });

  test.each([
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["file:///etc/passwd", null],
    ["http://user:password@site.example/", null],
    ["/relative", "https://site.example/relative"],
    ["//cdn.example/x", "https://cdn.example/x"],
    [`https://site.example/${"x".repeat(3_000)}`, null],
    ["http://[", null],
  ])("with the link %s leads to %s", (link, url) => {
    expect(read(rss(`<item><title>t</title><link>${link}</link></item>`)).items[0]?.url).toBe(url);
  });

  test.each([
    ["&lt;b&gt;bold&lt;/b&gt; &amp;amp; &amp;lt;", "bold & <"],
    ["Vec&lt;T&gt; in Rust", "Vec<T> in Rust"],
    ["1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"],
    ["<![CDATA[<script>alert(1)</script>raw <i>x</i>]]>", "raw x"],
    ["two\n  lines\u0000\u202e", "two lines"],
    ["&nbsp;caf&eacute;", "café"],
  ])("with the RSS title %j reads %j", (title, text) => {
    expect(titles(read(rss(`<item><title>${title}</title></item>`)))).toEqual([text]);
  });

  test.each(["yesterday", "9999999999999", "", "Mon, 99 Foo 2024"])("with the date %j has none", (date) => {
    expect(read(rss(`<item><title>t</title><pubDate>${date}</pubDate></item>`)).items[0]?.publishedAt).toBeNull();
  });

  test("of media elements keeps its own title and author", () => {
    const item = "<media:group><media:title>wrong</media:title><title>wrong</title></media:group><title>right</title>";
    expect(titles(read(rss(`<item>${item}<itunes:author>wrong</itunes:author></item>`)))).toEqual(["right"]);
  });
});

describe("a hostile feed", () => {
  test("cannot expand entities or read files", () => {
    const bomb = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>`;
    expect(titles(read(`${bomb}${rss("<item><title>x&b;&f;y</title></item>")}`))).toEqual(["x&b;&f;y"]);
  });

  test("with deep nesting is not understood", () => {
    expect(() => read(rss("<a>".repeat(200)))).toThrow(expect.objectContaining({ code: "NOT_UNDERSTOOD" }));
    expect(() => read(`{"items":${"[".repeat(100_000)}`)).toThrow();
  });

  test("has at most 1,000 items with texts of bounded length", () => {
    const { items } = read(rss(`<item><title>${"x".repeat(5_000)}</title></item>`.repeat(1) + itemsOf(3_000)));
    expect(items).toHaveLength(1_000);
    for (const { title, summary } of items) expect(title.length + summary.length).toBeLessThanOrEqual(800);
  });

  test("of any text either is read or is not understood", () => {
    const part = fc.constantFrom(
      ...["<rss>", "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->", "&#x0;", "&", "<"],
      ...["<feed>", "<entry>", "<link href='", "'/>", "{", '"items":[', "}", "\ud800", "<?", "?>", "<author>", "x"],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), fc.boolean(), (parts, isRooted) => {
        try {
          expect(read(`${isRooted ? "<rss>" : ""}${parts.join("")}`).items).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toMatchObject({ code: "NOT_UNDERSTOOD" });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["items", (n: number) => rss(itemsOf(n / 40))],
    ["brackets in an author", (n: number) => rss(`<item><author>${"(".repeat(n)}a@b</author></item>`)],
    ["dots in an address", (n: number) => rss(`<item><author>x@${"a.".repeat(n / 2)} x</author></item>`)],
    ["open tags in titles", (n: number) => rss(`<item><title>${"&lt;b&gt;".repeat(n / 9)}</title></item>`.repeat(2))],
    ["titles that never end", (n: number) => rss("<item><title>".repeat(n / 13))],
    ["stray close tags", (n: number) => rss(`${"<a>".repeat(90)}${"</b>".repeat(n / 4)}`)],
    ["attributes", (n: number) => rss(`<item ${'a="1" '.repeat(n / 6)}></item>`)],
    ["comments", (n: number) => rss("<!-- ".repeat(n / 5))],
    ["CDATA", (n: number) => rss(`<item><title>${"<![CDATA[x]]>".repeat(n / 13)}</title></item>`)],
    ["entities", (n: number) => rss(`<item><title>${"&amp;".repeat(n / 5)}</title></item>`)],
    ["spaces", (n: number) => rss(`<item><title>${" ".repeat(n)}x</title><pubDate>${" ".repeat(n)}</pubDate></item>`)],
    ["fields", (n: number) => rss(`<item>${"<link>x</link>".repeat(n / 14)}</item>`)],
    ["JSON items", (n: number) => JSON.stringify({ items: Array.from({ length: n / 10 }, (_, id) => ({ id })) })],
  ])("with many %s takes time in proportion to its length", (_what, make) => {
    const [small, large] = [make(40_000), make(400_000)];
    const work = (text: string, size: number): { size: number; run(): void } => ({
      size,
      run() {
        try {
          read(text);
        } catch {
          // A feed may be refused, too.
        }
      },
    });
    expect(slowdown(work(small, 1), work(large, 10))).toBeLessThan(4);
  });
});

function itemsOf(count: number): string {
  return Array.from({ length: count }, (_, id) => `<item><guid>${id}</guid><title>t</title></item>`).join("");
}
