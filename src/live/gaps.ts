/** Why events can be lost for good: a kind for programs, and a sentence for people. */

/**
 * Why events were lost. `overflow`: a handler or reader was too slow. `expired`: the server no longer has them.
 * `reset`: the server started over, and counts from an earlier event again. `untold`: the server does not tell what
 * happened there. `before-start`: they came while listening could not begin yet.
 */
export type GapKind = "overflow" | "expired" | "reset" | "untold" | "before-start";

/** The sentences. */
export const gapReasons: Readonly<Record<GapKind, string>> = {
  overflow: "a handler or reader was too slow, and there was no room for more",
  expired: "the server no longer has these events",
  reset: "the server has started over and counts from an earlier event again",
  untold: "the server does not tell what happened there",
  "before-start": "it was said before listening could begin",
};

/** Events that cannot be recovered: those with ids from the first up to the last. */
export interface Gap {
  readonly roomId: number;
  readonly from: number;
  readonly to: number;
  readonly kind: GapKind;
  /** The event id after which listening resumes; lower than `to` when the server counts anew. */
  readonly cursor: number;
}
