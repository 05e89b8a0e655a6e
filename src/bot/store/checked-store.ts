/** A store of one type: a schema checks what goes in, and what comes out of the file of an older version. */
import { UsageError } from "../../errors/index.js";
import { hasMethods, previewValue } from "../../util/options.js";
import { decodeJson, encodeJson } from "./json.js";
import { describeKey } from "./keys.js";
import { describeIssues, type SchemaResult, type StandardSchema } from "./standard-schema.js";
import type { Json, Store } from "./store.js";

/**
 * A {@link Store} whose values a schema checks. It stores what you pass, and gives you what the schema makes of it: with
 * the defaults filled in, for example. Every method rejects with `BAD_ARGUMENT` for a value that does not fit.
 */
export interface CheckedStore<Input, Output> {
  /** Reads a value; undefined if there is none. */
  get(key: string): Promise<Output | undefined>;
  /** Checks and stores a value. */
  set(key: string, value: Input): Promise<void>;
  /** Deletes a value, of whatever type. Resolves to whether there was one. */
  delete(key: string): Promise<boolean>;
  /** Reads the entries whose keys begin with a prefix, in the order of their keys. */
  list(prefix?: string): AsyncIterable<readonly [key: string, value: Output]>;
  /** Changes a value in one step, as {@link Store.update} does. The schema must not be asynchronous. */
  update(key: string, change: (value: Output | undefined) => Input | undefined): Promise<Output | undefined>;
  /** Closes the store. */
  close(): Promise<void>;
}

/**
 * Checks the values of a store, or of a part of one, with a schema of Zod, Valibot or any other library that implements
 * Standard Schema: `withSchema(scoped(c.store, "votes"), z.object({ up: z.number().default(0) }))`.
 * @throws {BAD_ARGUMENT} when it is not such a schema
 */
export function withSchema<Input, Output>(
  store: Store,
  schema: StandardSchema<Input, Output>,
): CheckedStore<Input, Output> {
  const standard: unknown = schema?.["~standard"];
  if (hasMethods(standard, ["validate"])) return new SchemaStore(store, schema);
  throw new UsageError(`withSchema() needs a schema that implements Standard Schema, not ${previewValue(schema)}`);
}

class SchemaStore<Input, Output> implements CheckedStore<Input, Output> {
  readonly #store: Store;
  readonly #schema: StandardSchema<Input, Output>;

  constructor(store: Store, schema: StandardSchema<Input, Output>) {
    this.#store = store;
    this.#schema = schema;
  }

  async get(key: string): Promise<Output | undefined> {
    const value = await this.#store.get(key);
    return value === undefined ? undefined : this.#check(key, value);
  }

  async set(key: string, value: Input): Promise<void> {
    const copy = decodeJson(encodeJson(key, value));
    const result = this.#schema["~standard"].validate(copy);
    // Without a wait if possible, which would change the order of calls.
    outputOf(key, result instanceof Promise ? await result : result);
    await this.#store.set(key, copy);
  }

  async delete(key: string): Promise<boolean> {
    return this.#store.delete(key);
  }

  async *list(prefix = ""): AsyncGenerator<readonly [key: string, value: Output]> {
    for await (const [key, value] of this.#store.list(prefix)) yield [key, await this.#check(key, value)];
  }

  async update(key: string, change: (value: Output | undefined) => Input | undefined): Promise<Output | undefined> {
    let output: Output | undefined;
    await this.#store.update(key, (value) => {
      const next = change(value === undefined ? undefined : this.#checkNow(key, value));
      output = next === undefined ? undefined : this.#checkNow(key, next);
      // The store checks that it is JSON.
      return next as Json | undefined;
    });
    return output;
  }

  async close(): Promise<void> {
    await this.#store.close();
  }

  async #check(key: string, value: unknown): Promise<Output> {
    return outputOf(key, await this.#schema["~standard"].validate(value));
  }

  #checkNow(key: string, value: unknown): Output {
    const result = this.#schema["~standard"].validate(value);
    if (!(result instanceof Promise)) return outputOf(key, result);
    // It may reject later, which nobody would hear.
    result.catch(() => {});
    throw new UsageError("update() of a store needs a schema that is not asynchronous; use get() and set()");
  }
}

function outputOf<Output>(key: string, result: SchemaResult<Output>): Output {
  if (result.issues === undefined) return result.value;
  throw new UsageError(
    `the value for the key ${describeKey(key)} does not fit the schema: ${describeIssues(result.issues)}`,
  );
}
