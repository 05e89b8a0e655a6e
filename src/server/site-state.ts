/** One running installation: its identity, its world, and what keeps the two in touch with the network. Internal. */
import { sites as liveSites, type Site, type SiteHost } from "../protocol/sites.js";
import { Faults } from "./faults.js";
import { ImageStore } from "./image-store.js";
import { Latency } from "./latency.js";
import { Presence } from "./live/presence.js";
import { SocketHub } from "./live/socket-hub.js";
import type { Network } from "./network.js";
import type { ResolvedOptions } from "./options.js";
import { Throttle } from "./throttle.js";
import { mayEnter } from "./world/access.js";
import { World } from "./world/world.js";

export interface SiteState {
  readonly host: SiteHost;
  /** The live site's own origins and name. */
  readonly live: Site;
  /** The Q&A site behind it, such as `https://stackoverflow.com`. */
  readonly siteUrl: string;
  readonly world: World;
  readonly presence: Presence;
  readonly hub: SocketHub;
  readonly throttle: Throttle;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly images: ImageStore;
  readonly network: Network;
  readonly options: ResolvedOptions;
  /** Where its listener is; 0 until it listens. */
  port: number;
}

export function createSiteState(host: SiteHost, network: Network, options: ResolvedOptions): SiteState {
  const siteUrl = `https://${host}`;
  const world = new World(options, siteUrl, options.clock);
  const presence = new Presence(world, options.clock, options.presenceGraceMs);
  const latency = new Latency(options.latencyMs, options.random);
  const hub = new SocketHub(world, presence, latency, options);
  const throttle = new Throttle(options.throttle, options.throttlePauseMs);
  const faults = new Faults(hub, network, throttle, latency);
  // Without this a ticket from before a kick would serve again after it.
  world.signals.listen(({ kind, room }) => {
    if (kind !== "exit") return;
    network.tickets.end(({ host: of, roomId, userId }) => {
      if (of !== host || roomId !== room.id) return false;
      return !mayEnter(room, userId === null ? null : (world.users.get(userId) ?? null), world.now());
    });
  });
  const live = liveSites[host];
  const images = new ImageStore();
  const parts = { world, presence, hub, throttle, faults, latency, images, network, options };
  return { host, live, siteUrl, ...parts, port: 0 };
}
