// A client of a local server that counts the bytes of its requests and responses: cookies, the fkey, and one connection.
import { Agent, request } from "node:http";

export class Visitor {
  fkey = "";
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #cookies = new Map();
  #port;

  constructor(url) {
    this.#port = Number(new URL(url).port);
  }

  /** Fetches the fkey, after a login if an email is given. */
  async visit(email) {
    if (email !== undefined) {
      this.fkey = /name="fkey" value="(\w+)"/.exec((await this.get("/users/login")).text)[1];
      await this.post("/users/login", { email, password: "password" });
    }
    this.fkey = /name="fkey"[^>]*value="(\w+)"/.exec((await this.get("/chats/join/favorite")).text)[1];
    return this;
  }

  get(path) {
    return this.send("GET", path);
  }

  post(path, form = {}) {
    return this.send("POST", path, new URLSearchParams({ fkey: this.fkey, ...form }).toString());
  }

  /** Resolves to the status, the text, and the bytes sent and received; status 0 if there is no response. */
  send(method, path, body, headers = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const all = { ...(cookie ? { cookie } : {}), ...headers };
    if (body !== undefined) {
      all["content-type"] ??= "application/x-www-form-urlencoded";
      all["content-length"] = Buffer.byteLength(body);
    }
    return new Promise((resolve) => {
      const asked = request({ port: this.#port, host: "127.0.0.1", method, path, headers: all, agent: this.#agent });
      asked.on("error", (error) => resolve({ status: 0, text: error.message, sent: 0, received: 0, type: "" }));
      asked.on("response", (answer) => {
        const { socket } = answer;
        const [sentBefore, receivedBefore] = [socket.countedSent ?? 0, socket.countedReceived ?? 0];
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("error", () => {});
        answer.on("close", () => {
          [socket.countedSent, socket.countedReceived] = [socket.bytesWritten, socket.bytesRead];
          for (const line of answer.headers["set-cookie"] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            this.#cookies.set(name, value);
          }
          resolve({
            status: answer.statusCode,
            type: answer.headers["content-type"] ?? "",
            text: Buffer.concat(chunks).toString("utf8"),
            sent: socket.bytesWritten - sentBefore,
            received: socket.bytesRead - receivedBefore,
          });
        });
      });
      asked.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
