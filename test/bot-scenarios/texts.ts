/** Texts of the scenarios. */

/** A long answer with links, a block in fixed width, and a quote. */
export const LONG_ANSWER: string = [
  ...Array.from(
    { length: 12 },
    (_, at) => `${at}: see [chapter ${at}](https://example.com/chapters/${at}) of the manual.`,
  ),
  ...Array.from({ length: 12 }, (_, at) => `> line ${at} of the quote, which goes on for a while and a bit more`),
].join("\n");
