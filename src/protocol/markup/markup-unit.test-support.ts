/** Fragments of text that mean something in chat markup, for property tests. */
import fc from "fast-check";

const signs = "* ** _ __ ` `` --- -- - [ ] ( ) ]( \\ > = ! . , ' \"".split(" ");
const words = ["a", "b1", "@bob", "é", "😀", "<b>", "&amp;", "//y.z/a.png", "[a](//b.c)", "[tag:x]"];

/** A fragment, without URLs that have a scheme, because these show shortened. */
export const markupUnit: fc.Arbitrary<string> = fc.constantFrom(...signs, ...words, " ", "> ", ":12 ", "    ");

/**
 * The preview that a server makes of a message that is only a URL, if there is one for such URLs (protocol.md §7.2).
 */
export function preview(url: string): string | null {
  const isKnown = ["//xkcd.com/", ".wikipedia.org/", "//stackoverflow.com/q"].some((part) => url.includes(part));
  return isKnown ? "<onebox>" : null;
}
