/** One running site: its identity, its world, and its parts that face the network. Internal. */
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
  /** The origins and the name of the live site. */
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
  /** The port of its listener; 0 until it listens. */
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
  // Otherwise a ticket issued before a kick would work again after it.
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
