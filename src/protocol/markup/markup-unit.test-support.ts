/** Bits of text that mean something to chat markup, for property tests. */
import fc from "fast-check";

const signs = "* ** _ __ ` `` --- -- - [ ] ( ) ]( \\ > = ! . , ' \"".split(" ");
const words = ["a", "b1", "@bob", "é", "😀", "<b>", "&amp;", "//y.z/a.png", "[a](//b.c)", "[tag:x]"];

/** One such bit; no address with a scheme, which shows shortened. */
export const markupUnit: fc.Arbitrary<string> = fc.constantFrom(...signs, ...words, " ", "> ", ":12 ", "    ");
