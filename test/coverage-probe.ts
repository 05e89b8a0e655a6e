/**
 * With COVERAGE_FILE=path, notes which public member and which endpoint each test uses; `npm run coverage-table` makes
 * docs/coverage.md of it. Does nothing otherwise.
 */
import { appendFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { membersOf, publicClasses } from "./public-members.js";

const seen = new Set<string>();

function note(kind: "member" | "endpoint", name: string): void {
  const { currentTestName } = expect.getState();
  if (currentTestName) seen.add(JSON.stringify({ kind, name, test: currentTestName }));
}

function probe(className: string, prototype: object): void {
  for (const name of membersOf(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (!descriptor) continue;
    const { get, value } = descriptor;
    const member = `${className}.${String(name)}`;
    if (get) {
      const wrapped = function (this: unknown): unknown {
        note("member", member);
        return get.call(this);
      };
      Object.defineProperty(prototype, name, { ...descriptor, get: wrapped });
    } else if (typeof value === "function") {
      const wrapped = function (this: unknown, ...args: unknown[]): unknown {
        note("member", member);
        return value.apply(this, args);
      };
      Object.defineProperty(prototype, name, { ...descriptor, value: wrapped });
    }
  }
}

const file = process.env.COVERAGE_FILE;
if (file) {
  const [api, { ChatServer }] = await Promise.all([import("chatexchange-ts"), import("chatexchange-ts/server")]);
  for (const [name, prototype] of publicClasses(api)) probe(name, prototype);
  const close = ChatServer.prototype.close;
  ChatServer.prototype.close = async function closeNoting(): Promise<void> {
    for (const { method, path, status } of this.requests) if (status < 404) note("endpoint", `${method} ${path}`);
    await close.call(this);
  };
  afterAll(() => appendFileSync(file, [...seen].map((line) => `${line}\n`).join("")));
}
