// A user who is logged in to a local chat server, with as little as that takes: cookies, the fkey and forms.
export class Visitor {
  #url;
  #cookies = new Map();
  #fkey;

  static async logIn({ url, email, password }) {
    const visitor = new Visitor();
    visitor.#url = url;
    visitor.#fkey = /name="fkey" value="(\w+)"/.exec(await visitor.get("/users/login"))[1];
    await visitor.post("/users/login", { email, password });
    visitor.#fkey = /name="fkey"[^>]*value="(\w+)"/.exec(await visitor.get("/chats/join/favorite"))[1];
    return visitor;
  }

  /** The headers and the fkey of a request of its own. */
  get credentials() {
    return { headers: { cookie: this.#cookie }, fkey: this.#fkey };
  }

  get #cookie() {
    return [...this.#cookies].map((pair) => pair.join("=")).join("; ");
  }

  get(path) {
    return this.#send(path, {});
  }

  post(path, form = {}) {
    return this.#send(path, { method: "POST", body: new URLSearchParams({ fkey: this.#fkey, ...form }) });
  }

  async #send(path, init) {
    const cookie = this.#cookie;
    const answer = await fetch(this.#url + path, { redirect: "manual", ...init, headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    if (answer.status >= 400) throw new Error(`${path} answered ${answer.status}`);
    return answer.text();
  }
}
