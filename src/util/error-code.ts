/** The codes of errors of the platform. */

/** The `code` of an error of the platform, such as `ENOSPC`; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
