/** The part of a request that views read; the `Call` of http/ is one. Keeps views/ free of http/. */
import type { SiteState } from "../site-state.js";
import type { UserRecord } from "../world/records.js";
import type { World } from "../world/world.js";

/** The parameters of a request; names ignore case. */
export interface ViewParams {
  get(name: string): string | undefined;
  /** A whole number; the fallback when the parameter is missing or is not one. */
  integer(name: string, fallback: number): number;
}

export interface ViewContext {
  readonly state: SiteState;
  readonly world: World;
  readonly params: ViewParams;
  /** The logged-in user; null when anonymous. */
  readonly viewer: UserRecord | null;
  /** The chat fkey for the forms of the page. */
  readonly fkey: string;
  /** The addresses by which the request reached the server. */
  readonly place: {
    /** Whether it came to the listener's own address. */
    readonly loopback: boolean;
    /** Origins without a trailing slash. */
    readonly chatUrl: string;
    readonly loginUrl: string;
  };
}
