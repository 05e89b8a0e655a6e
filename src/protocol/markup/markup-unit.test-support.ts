/** Bits of text that mean something to chat markup, for property tests. */
import fc from "fast-check";

const signs = "* ** _ __ ` `` --- -- - [ ] ( ) ]( \\ > = ! . , ' \"".split(" ");
const words = ["a", "b1", "@bob", "é", "😀", "<b>", "&amp;", "//y.z/a.png", "[a](//b.c)", "[tag:x]"];

/** One such bit; no address with a scheme, which shows shortened. */
export const markupUnit: fc.Arbitrary<string> = fc.constantFrom(...signs, ...words, " ", "> ", ":12 ", "    ");

/** The preview that a server makes of an address alone, if the sites make one of such addresses (protocol.md §7.2). */
export function preview(url: string): string | null {
  const isKnown = ["//xkcd.com/", ".wikipedia.org/", "//stackoverflow.com/q"].some((part) => url.includes(part));
  return isKnown ? "<onebox>" : null;
}
