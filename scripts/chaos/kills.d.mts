/** What `test/chaos.test.ts` needs to know of the bot that is killed. */

export interface KillsResult {
  readonly commands: number;
  /** How many commands were answered once. */
  readonly once: number;
  readonly unanswered: number;
  readonly twice: number;
  /** Exit codes of bots that ended by themselves. */
  readonly ended: readonly number[];
}

/** Kills a bot so many times, then lets one live until it has answered everything. Needs the built package. */
export function runKills(
  lib: { readonly ChatServer: unknown },
  options: { readonly seed: number; readonly kills: number },
): Promise<KillsResult>;
