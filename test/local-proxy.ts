/** A proxy on this machine: only CONNECT, as curl and browsers use it; it maps every host to one local server. */
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { TlsFiles } from "chatexchange-ts/server";
import { onTestFinished } from "vitest";

export interface LocalProxy {
  readonly port: number;
  /** The requested hosts, such as `chat.stackexchange.com:443`, in order. */
  readonly asked: string[];
  /** The `Proxy-Authorization` of each. */
  readonly authorizations: (string | undefined)[];
  /** Requests that were no CONNECT. */
  readonly plain: string[];
  /** The status of a refused CONNECT for a host; undefined to connect. */
  refuses: (host: string) => number | undefined;
}

/** Starts a proxy until the end of the test that maps every host to a local port; with `tls` it speaks https itself. */
export async function localProxy(target: number, tls?: TlsFiles): Promise<LocalProxy> {
  const open = new Set<Socket>();
  const server = tls ? createSecureServer(tls) : createServer();
  server.on("request", (request, response) => {
    proxy.plain.push(request.url ?? "");
    response.writeHead(405).end();
  });
  server.on("connect", (request: IncomingMessage, client: Socket, head: Buffer) => {
    proxy.asked.push(request.url ?? "");
    proxy.authorizations.push(request.headers["proxy-authorization"]);
    const status = proxy.refuses(request.url ?? "");
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const there = connect(target, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      there.write(head);
      there.pipe(client).pipe(there);
    });
    for (const socket of [client, there]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        client.destroy();
        there.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const proxy: LocalProxy = { port, asked: [], authorizations: [], plain: [], refuses: () => undefined };
  return proxy;
}
