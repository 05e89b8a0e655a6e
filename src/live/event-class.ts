/**
 * Recognizes event classes by a name that is the same in every copy of this package that a program has loaded, and in a
 * bundle that renames classes. The classes themselves are in events.ts.
 */
import { UsageError } from "../errors/index.js";
import { previewValue } from "../util/options.js";

/** The property that holds the name of an event class. */
const EVENT_CLASS = Symbol.for("chatexchange-ts.EventClass");

/** Stores the name of each event class on the class. */
export function nameEventClasses(classes: Readonly<Record<string, object>>): void {
  for (const [name, Class] of Object.entries(classes)) Object.defineProperty(Class, EVENT_CLASS, { value: name });
}

/** The name of an event class of any copy of this package; undefined for everything else. */
export function nameOfEventClass(value: unknown): string | undefined {
  if (typeof value !== "function" || !Object.hasOwn(value, EVENT_CLASS)) return undefined;
  const name: unknown = Reflect.get(value, EVENT_CLASS);
  return typeof name === "string" ? name : undefined;
}

/** Whether a value is an instance of an event class. An event from another copy is compared by class name. */
export function isEventOf(Class: object, Base: object, value: unknown): boolean {
  const isInstance = Function.prototype[Symbol.hasInstance];
  if (isInstance.call(Class, value)) return true;
  if (typeof value !== "object" || value === null || isInstance.call(Base, value)) return false;
  const name = nameOfEventClass(Class);
  for (let at = Object.getPrototypeOf(value); name !== undefined && at !== null; at = Object.getPrototypeOf(at))
    if (nameOfEventClass(at.constructor) === name) return true;
  return false;
}

/**
 * Rejects values that are not event classes, because no event would ever match them.
 * @throws {BAD_ARGUMENT} naming the value
 */
export function checkEventClasses(classes: unknown): void {
  const wanted = "event classes, such as MessagePosted";
  if (!Array.isArray(classes)) throw new UsageError(`listen takes an array of ${wanted}, not ${described(classes)}`);
  for (const Class of classes)
    if (nameOfEventClass(Class) === undefined)
      throw new UsageError(`newEvents and listen take ${wanted}, not ${described(Class)}`);
}

/**
 * Rejects values that are not callbacks, event classes included.
 * @throws {BAD_ARGUMENT} naming the method that takes classes
 */
export function checkCallback(callback: unknown): void {
  if (typeof callback === "function" && nameOfEventClass(callback) === undefined) return;
  throw new UsageError(
    `watch takes a callback (event, client) => …, not ${described(callback)}; newEvents takes event classes`,
  );
}

function described(value: unknown): string {
  return typeof value === "function" && value.name !== "" ? value.name : previewValue(value);
}
