// The network between a bot and a site: it takes time, one way at a time, and it ends sockets when their time has come.
// Bytes of one connection stay in order. Latency is real time, because the network is; lives are of the turned clock.
import { connect, createServer } from "node:net";

/** No latency at all. */
export const noLatency = { requests: [0, 0], answers: [0, 0], frames: [0, 0] };

export class Wire {
  /** Milliseconds, from and to, for each way: `requests` there, `answers` and `frames` back. */
  latency = noLatency;
  /** How long sockets live, in milliseconds of the clock, from and to; null is for ever. Holds for new sockets. */
  socketLife = null;
  #clock;
  #random;
  #server;
  #links = new Set();
  #inTheAir = 0;

  /** Opens a way to where the site is. */
  static async open({ target, clock, random }) {
    const wire = new Wire();
    wire.#clock = clock;
    wire.#random = random;
    wire.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => wire.#link(client, target));
    await new Promise((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  /** Where the bot has to go. */
  get endpoint() {
    return { hostname: "127.0.0.1", port: this.#server.address().port };
  }

  /** How many pieces of requests, answers and frames have not arrived yet. */
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

  /** Brings what comes from one side to the other, each piece after the one before. */
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
      // Timers count in whole milliseconds and may fire in another order; what was sent first arrives first all the same.
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
