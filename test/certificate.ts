/** A certificate made for one test run, for the live hosts and for loopback. */
import { generate } from "selfsigned";
import { sites } from "../src/protocol/sites.js";
import type { TlsFiles } from "../src/server/index.js";

const names = ["localhost", "stackexchange.com", "chat.sockets.stackexchange.com"];
for (const { chatOrigin, loginOrigin } of Object.values(sites)) {
  names.push(new URL(chatOrigin).hostname, new URL(loginOrigin).hostname);
}

/** A certificate for all hosts by default; `hosts` narrows it, and `ca` signs it. */
export async function certificate(hosts: readonly string[] = names, ca?: TlsFiles): Promise<TlsFiles> {
  const altNames = [...hosts.map((value) => ({ type: 2 as const, value })), { type: 7 as const, ip: "127.0.0.1" }];
  const extensions = [
    { name: "basicConstraints" as const, cA: ca === undefined, critical: true },
    { name: "subjectAltName" as const, altNames },
  ];
  const options = { keyType: "ec" as const, algorithm: "sha256", extensions, ...(ca ? { ca } : {}) };
  const made = await generate([{ name: "commonName", value: "local chat" }], options);
  return { key: made.private, cert: made.cert };
}
