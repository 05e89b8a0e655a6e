// Tracks the traffic between this process and its servers, so that a manual clock can wait for it.
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Counts requests and socket handshakes without a response, through the diagnostics channels of undici and `node:http`. */
export class Traffic {
  /** Requests created, possibly still queued. */
  #created = new Set();
  /** Requests written to a connection. */
  #sent = new Set();
  #handshakes = new Set();
  #channels;

  constructor() {
    const finish = ({ request }) => {
      this.#created.delete(request);
      this.#sent.delete(request);
    };
    this.#channels = [
      ["undici:request:create", ({ request }) => this.#created.add(request)],
      ["undici:client:sendHeaders", ({ request }) => this.#sent.add(request)],
      ["undici:request:trailers", finish],
      ["undici:request:error", finish],
      ["http.client.request.start", ({ request }) => this.#shakesHands(request)],
    ];
    for (const [name, listener] of this.#channels) subscribe(name, listener);
  }

  /**
   * The number of requests and handshakes that will still get a response.
   * @param hanging - the number that the servers will never respond to
   */
  underWay(hanging) {
    // Requests queued behind a hanging one do not proceed until that one times out.
    const requests = hanging > 0 ? this.#sent.size : this.#created.size;
    return Math.max(0, requests + this.#handshakes.size - hanging);
  }

  close() {
    for (const [name, listener] of this.#channels) unsubscribe(name, listener);
  }

  #shakesHands(request) {
    this.#handshakes.add(request);
    const done = () => this.#handshakes.delete(request);
    for (const event of ["upgrade", "response", "close"]) request.once(event, done);
  }
}
