/** A server of one feed, on this machine. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** The feed that a server has, and how often it was asked for. */
export interface FeedServer {
  readonly url: string;
  body: string;
  requests: number;
}

/** Starts a server, which is closed when the test ends. */
export async function feedServer(): Promise<FeedServer> {
  const http = createServer((_, response) => {
    feed.requests += 1;
    response.end(feed.body);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const feed: FeedServer = { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, body: "", requests: 0 };
  return feed;
}
