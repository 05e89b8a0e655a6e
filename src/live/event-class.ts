/**
 * Tells classes of events from others: a class with a name that is the same in every copy of this package that a program has
 * loaded, and in a bundle that renames classes. The events themselves are in events.ts.
 */
import { UsageError } from "../errors/index.js";
import { shown } from "../util/options.js";

/** The key of a class's name. */
const eventClass = Symbol.for("chatexchange-ts.EventClass");

/** Gives each class its name. */
export function nameEventClasses(classes: Readonly<Record<string, object>>): void {
  for (const [name, Class] of Object.entries(classes)) Object.defineProperty(Class, eventClass, { value: name });
}

/** The name of a class of events, of any copy of this package; undefined for everything else. */
export function nameOfEventClass(value: unknown): string | undefined {
  if (typeof value !== "function" || !Object.hasOwn(value, eventClass)) return undefined;
  const name: unknown = Reflect.get(value, eventClass);
  return typeof name === "string" ? name : undefined;
}

/** Whether a value is an event of a class: of this one, or, for an event of another copy, of the one with its name. */
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
 * Refuses what is no class of events: nothing would ever be of that class.
 * @throws {BAD_ARGUMENT} naming it
 */
export function checkEventClasses(classes: unknown): void {
  const wanted = "classes of events, such as MessagePosted";
  if (!Array.isArray(classes)) throw new UsageError(`listen takes a list of ${wanted}, not ${described(classes)}`);
  for (const Class of classes)
    if (nameOfEventClass(Class) === undefined)
      throw new UsageError(`newEvents and listen take ${wanted}, not ${described(Class)}`);
}

/**
 * Refuses a class of events, too, where a function is called for each event.
 * @throws {BAD_ARGUMENT} saying what takes classes
 */
export function checkCallback(callback: unknown): void {
  if (typeof callback === "function" && nameOfEventClass(callback) === undefined) return;
  throw new UsageError(
    `watch takes a function to call with (event, client), not ${described(callback)}; newEvents takes classes of events`,
  );
}

function described(value: unknown): string {
  return typeof value === "function" && value.name !== "" ? value.name : shown(value);
}
