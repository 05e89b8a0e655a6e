import type { ChatServerOptions, LocalSite } from "chatexchange-ts/server";
import type { ManualClock } from "chatexchange-ts/testing";

export function smallWorld(): { readonly clock: ManualClock; readonly options: ChatServerOptions };
export function act(clock: ManualClock, site: LocalSite, number: number): Promise<unknown>;
export function digestOf(site: LocalSite): string;
