import type { RouterContext } from "./router.js";
import { RoomSockets, type Sockets } from "./sockets.js";

export function createSockets({ session, services }: RouterContext): Sockets {
  return new RoomSockets(session, services);
}
