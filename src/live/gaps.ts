/** The reasons why events are lost: a kind for programs, a sentence for people. */

/**
 * Why events were lost. `overflow`: a handler or reader was too slow. `expired`: the server no longer has them.
 * `reset`: the server restarted from an earlier event id. `untold`: the server does not say what happened there.
 * `before-start`: they happened before listening could start.
 */
export type GapKind = "overflow" | "expired" | "reset" | "untold" | "before-start";

/** The sentence for each kind. */
export const GAP_REASONS: Readonly<Record<GapKind, string>> = {
  overflow: "a handler or reader was too slow, and the backlog was full",
  expired: "the server no longer has these events",
  reset: "the server restarted from an earlier event id",
  untold: "the server does not say what happened there",
  "before-start": "they happened before listening could start",
};

/** Events that cannot be recovered, from the first id up to the last. */
export interface Gap {
  readonly roomId: number;
  readonly from: number;
  readonly to: number;
  readonly kind: GapKind;
  /** The event id after which listening resumes; lower than `to` when the server restarted its counter. */
  readonly cursor: number;
}
