// The network between a bot and a site, with latency per direction and a limited lifetime of sockets. The bytes of one
// connection stay in order. Latency is in real time, because the network is real; lifetimes are in time of the manual clock.
import { connect, createServer } from "node:net";

/** No latency. */
export const NO_LATENCY = { requests: [0, 0], answers: [0, 0], frames: [0, 0] };

export class Wire {
  /** The ranges of milliseconds for each direction: `requests` there, `answers` and `frames` back. */
  latency = NO_LATENCY;
  /** The range of lifetimes of new sockets, in milliseconds of the clock; null for no limit. */
  socketLife = null;
  #clock;
  #random;
  #server;
  #links = new Set();
  #inTheAir = 0;

  /** Opens a network to the endpoint of a site. */
  static async open({ target, clock, random }) {
    const wire = new Wire();
    wire.#clock = clock;
    wire.#random = random;
    wire.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => wire.#link(client, target));
    await new Promise((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  /** The endpoint that the bot connects to. */
  get endpoint() {
    return { hostname: "127.0.0.1", port: this.#server.address().port };
  }

  /** The number of chunks that have not arrived yet. */
  get inTheAir() {
    return this.#inTheAir;
  }

  async close() {
    for (const link of this.#links) link.end();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #link(client, target) {
    const server = connect({ host: target.hostname, port: target.port, allowHalfOpen: true, noDelay: true });
    let isSocket = false;
    const link = {
      end: () => {
        client.destroy();
        server.destroy();
      },
    };
    this.#links.add(link);
    let isFirst = true;
    this.#carry(client, server, (chunk) => {
      if (isFirst) {
        isFirst = false;
        isSocket = /^GET \/events\/\d+\/[\s\S]*^upgrade: websocket/im.test(chunk.toString("latin1"));
        if (isSocket && this.socketLife) this.#clock.setTimeout(link.end, this.#between(this.socketLife));
      }
      return this.latency.requests;
    });
    this.#carry(server, client, () => (isSocket ? this.latency.frames : this.latency.answers));
    server.once("close", () => this.#links.delete(link));
  }

  /** Forwards data from one side to the other, in order. */
  #carry(from, to, latencyOf) {
    const queue = [];
    let due = 0;
    const arrive = () => {
      this.#inTheAir -= 1;
      queue.shift()();
    };
    const after = (ms, act) => {
      const now = performance.now();
      due = Math.max(due, now + ms);
      if (queue.length === 0 && due - now < 0.5) return act();
      queue.push(act);
      this.#inTheAir += 1;
      // Timers have millisecond precision and may fire out of order; the queue keeps the order.
      return setTimeout(arrive, due - now);
    };
    from.on("data", (chunk) => after(this.#between(latencyOf(chunk)), () => to.writable && to.write(chunk)));
    from.on("end", () => after(0, () => to.end()));
    from.on("close", () => after(0, () => to.destroy()));
    from.on("error", () => {});
  }

  #between([low, high]) {
    return high === 0 ? 0 : low + this.#random.next() * (high - low);
  }
}
