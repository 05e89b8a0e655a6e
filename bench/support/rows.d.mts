// The types of rows.mjs, for the test of docs/performance.md.

/** A figure of a row: what it is, what it is measured against, and its bar. */
export interface Figure {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  readonly bar: { readonly text: string };
}

/** A row of the benchmark. */
export interface Row {
  readonly title: string;
  readonly about: string;
  readonly figures: Readonly<Record<string, Figure>>;
}

/** The names of all rows. */
export function rowNames(): string[];

/** A row by its name. */
export function loadRow(name: string): Promise<Row>;
