/** The declarations that `test/chaos.test.ts` needs of kills.mjs. */

export interface KillsResult {
  readonly commands: number;
  /** The number of commands answered exactly once. */
  readonly once: number;
  readonly unanswered: number;
  readonly twice: number;
  /** The exit codes of bots that exited by themselves. */
  readonly ended: readonly number[];
}

/** Kills a bot `kills` times, then lets one run until it has answered all commands. Needs the built package. */
export function runKills(
  lib: { readonly ChatServer: unknown },
  options: { readonly seed: number; readonly kills: number },
): Promise<KillsResult>;
