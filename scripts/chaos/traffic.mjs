// What is under way between this process and its servers, so that a clock that is turned by hand can wait for it.
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Counts requests and socket handshakes that have no answer yet. Listens to the channels of undici and of `node:http`. */
export class Traffic {
  /** Asked for, perhaps still in a queue. */
  #created = new Set();
  /** Written to a connection. */
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
   * How many will still be answered.
   * @param hanging - how many requests and handshakes the servers will never answer.
   */
  underWay(hanging) {
    // What is queued behind a request that hangs does not get on until that one is given up.
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
