/** The part of the Standard Schema interface (https://standardschema.dev) used here: Zod, Valibot and others have it. */

/** A validator of any library that implements Standard Schema, version 1. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The part of a schema that every library provides alike. */
  readonly "~standard": {
    /** The version of the interface. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types, for inference alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The outcome of a check. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Something wrong with a value. */
export interface SchemaIssue {
  /** The reason, in the words of the library. */
  readonly message: string;
  /** The place in the value; absent for the value as a whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The issues in words, at most three of them. */
export function describeIssues(issues: readonly SchemaIssue[]): string {
  const texts = issues.slice(0, 3).map(({ message, path = [] }) => {
    const where = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return where === "" ? message : `${where}: ${message}`;
  });
  return `${texts.join("; ")}${issues.length > 3 ? `; and ${issues.length - 3} more` : ""}`;
}
