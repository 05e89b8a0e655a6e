/** Packages that are loaded when they are first needed, so that importing this one stays cheap. */
import { UsageError } from "../errors/index.js";

/**
 * The exports of a package, once it is loaded.
 * @throws {BAD_ARGUMENT} in a bundle in which it cannot be loaded, saying where the options of bundlers are
 */
export async function loaded<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `the package ${name} cannot be loaded (${reason}); in a bundle, set the options in docs/runtimes.md, "Bundlers"`,
      { cause: error },
    );
  }
}
