/** A small HTTP server in place of a chat site, for responses that the local server never sends. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { distant } from "./latency.js";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface StandInOptions {
  /** Answers at once, without the latency of the run. @default false */
  readonly near?: boolean;
}

/** Starts it until the end of the test; resolves to its `http://127.0.0.1:…` address. */
export async function standIn(answer: Answer, { near = false }: StandInOptions = {}): Promise<string> {
  const server = createServer(near ? answer : distant(answer));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
