/** Raw requests, and texts that no response may contain. */
import { connect } from "node:net";
import { expect } from "vitest";

/** Sends bytes and collects the response until the server closes; `ends` ends the request stream. */
export function raw(
  bytes: string | Buffer,
  at: number,
  { ends = false }: { readonly ends?: boolean } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(at, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
    socket.on("error", () => socket.destroy());
    socket.write(bytes);
    if (ends) socket.end();
  });
}

/** A complete request with `Connection: close`. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  return [`${line} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", body].join("\r\n");
}

export const formType: string = "Content-Type: application/x-www-form-urlencoded";
export const formOf = (line: string, body: string, type: string = formType): string =>
  request(line, [type, `Content-Length: ${Buffer.byteLength(body)}`], body);

/** Checks that a response has no stack, no file path and no source name. */
export const leak: RegExp =
  /\bat (?:async )?[\w.<>]+ \(|\.[jt]s:\d+|node_modules|\/(?:src|dist|home|tmp)\/|file:\/\/|Error:/;

export function expectRefusal(answer: string, asked = ""): void {
  expect(answer, asked).toMatch(/^HTTP\/1\.1 (?:[1-4]\d\d|503) |^$/);
  expect(answer, asked).not.toMatch(leak);
}
