// Every way to a server that a client may take, on whatever runtime runs this: a local server with and without TLS, and
// the real names through a proxy. Prints one line a way. Run without a network, it shows that no other host is needed.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { Client, MessagePosted } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";

const [keyFile, certFile] = process.argv.slice(2);
const tls = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
const account = { email: "bot@example.com", password: "s3cret" };

async function server(options) {
  const started = await ChatServer.start({ ...options, sites: ["stackoverflow.com"] });
  started.site.addUser({ name: "Bot", ...account, reputation: 500 });
  return started;
}

/** Logs in, listens, sends, edits and logs out; anything that takes another way would fail. */
async function use(way, site, options = {}) {
  let said = "works";
  try {
    const client = new Client(site, { ...account, stream: { socketTries: 1 }, ...options });
    await client.login();
    const heard = client.getRoom(1).newEvents(MessagePosted);
    await heard.ready;
    if (client.state !== "live") throw new Error(`listening is ${client.state}`);
    const message = await client.getRoom(1).sendMessage(`by ${way}`);
    for await (const event of heard) if (event.message.id === message.id) break;
    await message.edit(`by ${way}, edited`);
    await client.logout();
  } catch (error) {
    said = `${error.code ?? error.name}: ${error.message}`;
  }
  console.log(`${way}: ${said}`);
}

const secure = await server({ tls });
const plain = await server({});
const asked = [];
const proxy = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(405).end();
});
proxy.on("connect", (request, client) => {
  asked.push(request.url);
  const there = connect(Number(new URL(secure.url).port), "127.0.0.1", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    there.pipe(client).pipe(there);
  });
  client.on("error", () => there.destroy());
  there.on("error", () => client.destroy());
});
await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${proxy.address().port}`;
for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]) process.env[name] = url;

await use("a local server", plain.site);
await use("a local server by its URL", plain.url);
await use("a local server with TLS", secure.site);
const [hostname, port] = ["127.0.0.1", Number(new URL(secure.url).port)];
await use("a resolved address and the option ca", "stackoverflow.com", {
  resolve: () => ({ hostname, port, tls: true }),
  ca: tls.cert,
});
console.log(`up to here the proxy saw: ${asked.join(" ") || "nothing"}`);
await use("the proxy of the environment and the option ca", "stackoverflow.com", { ca: tls.cert });
await use("the option proxy and NODE_EXTRA_CA_CERTS", "stackoverflow.com", {
  proxy: url.replace("//", "//user:pass@"),
});
console.log(`in all the proxy saw: ${[...new Set(asked)].sort().join(" ")}`);
process.exit(0);
