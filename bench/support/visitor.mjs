// Somebody who is logged in at a local chat server, with as little as it takes: cookies, the fkey and forms.
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

  get(path) {
    return this.#send(path, {});
  }

  post(path, form = {}) {
    return this.#send(path, { method: "POST", body: new URLSearchParams({ fkey: this.#fkey, ...form }) });
  }

  async #send(path, init) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(this.#url + path, { redirect: "manual", ...init, headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.#cookies.set(name, value);
    }
    if (answer.status >= 400) throw new Error(`${path} answered ${answer.status}`);
    return answer.text();
  }
}
