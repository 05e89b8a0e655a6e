// Starts a victim in a separate process, and two attackers: a logged-in one and an anonymous one.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Visitor } from "./visitor.mjs";

/** @param options - options of the server, in addition to those that attacks need */
export async function openStage(options = {}) {
  const program = fileURLToPath(new URL("victim.mjs", import.meta.url));
  const child = fork(program, [JSON.stringify(options)], { execArgv: ["--expose-gc", "--max-old-space-size=1000"] });
  const death = new AbortController();
  child.once("exit", (code, signal) => death.abort(new Error(`the server ended with ${code ?? signal}`)));
  const next = async () => {
    const [message] = await once(child, "message", { signal: death.signal });
    return message;
  };
  const world = await next();
  const ask = (what) => {
    child.send(what);
    return next();
  };
  const member = await new Visitor(world.url).visit(world.email);
  const nobody = await new Visitor(world.url).visit();
  return {
    world,
    member,
    nobody,
    /** The CPU time that the server has used, in milliseconds. `heapMb` is the size of its heap. */
    cpuMs: async () => (await ask("cpu")).cpuMs,
    heapMb: async () => (await ask("heap")).heapMb,
    close() {
      member.close();
      nobody.close();
      child.kill();
    },
  };
}
