/** Requests byte by byte, and what no answer to them may say. */
import { connect } from "node:net";
import { expect } from "vitest";

/** Sends bytes and gathers everything until the server closes; `ends` says there is no more to come. */
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

/** A whole request after which the server hangs up. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  return [`${line} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", body].join("\r\n");
}

export const formType: string = "Content-Type: application/x-www-form-urlencoded";
export const formOf = (line: string, body: string, type: string = formType): string =>
  request(line, [type, `Content-Length: ${Buffer.byteLength(body)}`], body);

/** No stack, no path of a file, no name of a source. */
export const leak: RegExp =
  /\bat (?:async )?[\w.<>]+ \(|\.[jt]s:\d+|node_modules|\/(?:src|dist|home|tmp)\/|file:\/\/|Error:/;

export function expectRefusal(answer: string, asked = ""): void {
  expect(answer, asked).toMatch(/^HTTP\/1\.1 (?:[1-4]\d\d|503) |^$/);
  expect(answer, asked).not.toMatch(leak);
}
