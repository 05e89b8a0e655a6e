/** The public classes of the front door and their members, as they are at run time. */

/** Members that cross layers inside the package; stripped from the published types. */
const internal: ReadonlySet<string | symbol> = new Set([
  "constructor",
  "learn",
  "forget",
  "learnFromEvent",
  "userOf",
  "roomOf",
  "messageOf",
  Symbol.for("nodejs.util.inspect.custom"),
]);

/** The classes that users hold, failures aside. */
export function publicClasses(api: object): Map<string, object> {
  const classes = new Map<string, object>();
  for (const [name, value] of Object.entries(api)) {
    if (typeof value === "function" && value.prototype && !(value.prototype instanceof Error))
      classes.set(name, value.prototype);
  }
  return classes;
}

/** The public members of a class, inherited ones aside. */
export function membersOf(prototype: object): (string | symbol)[] {
  return Reflect.ownKeys(prototype).filter((name) => !internal.has(name));
}
