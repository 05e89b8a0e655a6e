/** Finds secrets in anything that a user may see: passwords, cookie values, fkeys and socket tokens. */
import { inspect } from "node:util";
import type { Logger } from "chatexchange-ts";

/** Every password of the tests has this in it. */
export const passwordMark = "s3cret";

/** Patterns of secrets: the mark of our passwords, long hex (fkeys, tokens), and the login cookie. */
const secrets: readonly RegExp[] = [new RegExp(passwordMark), /[0-9a-f]{32}/i, /\bacct=[^…;"\s]{4,}|\bt=[\w%-]{8,}&s=/];

/** Every text of a value that a user or a log may see. */
export function shown(value: unknown): string {
  const parts = [inspect(value, { depth: 12, showHidden: true, getters: false }), String(value)];
  if (value instanceof Error) parts.push(value.message, value.stack ?? "", JSON.stringify({ ...value }));
  return parts.join("\n");
}

/** The secrets in something shown. */
export function secretsIn(value: unknown): string[] {
  const text = shown(value);
  return secrets.flatMap((secret) => secret.exec(text)?.[0] ?? []);
}

/** The beginning of the error about a secret. */
export const LEAK = "a secret is shown";

/** Throws when a value shows a secret. */
export function refuseSecrets(value: unknown): void {
  const found = secretsIn(value);
  if (found.length > 0) throw new Error(`${LEAK}: ${found.join(", ")} in ${shown(value)}`);
}

/** A logger that refuses lines with secrets. */
export function watchfulLogger(): Logger {
  const line = (text: string, ...details: unknown[]): void => refuseSecrets([text, ...details]);
  return { debug: line, info: line, warn: line, error: line };
}
