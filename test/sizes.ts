/**
 * How much of a slow check runs. `npm test` runs a sample of each; `npm run test:release` runs all of it, in the files
 * that import this one.
 */

/** Whether this is `npm run test:release`. */
export const IS_RELEASE: boolean = process.env.CHATEXCHANGE_RELEASE !== undefined;

/** The size of a check: how many kills, cases or messages. */
export function sizeOf<T>({ near, release }: { readonly near: T; readonly release: T }): T {
  return IS_RELEASE ? release : near;
}
