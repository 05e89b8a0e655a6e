/** Loads packages on first use, so that importing this one stays cheap. */
import { UsageError } from "../errors/index.js";

/**
 * Awaits the import of a package.
 * @throws {BAD_ARGUMENT} when it cannot be loaded, as in some bundles, naming the bundler options to set
 */
export async function loadPackage<T>(name: string, loading: Promise<T>): Promise<T> {
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
