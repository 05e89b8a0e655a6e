// Loaded before every test file, and into every program that a test starts: a connection that would leave this machine fails,
// and so does looking up any name but localhost. It sees what goes through Node's own modules; for runtimes with other
// ways out, scripts/runtimes.mjs counts the tries in a network namespace.
import dgram from "node:dgram";
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

/** Names that need no lookup, and addresses of this machine. */
const local = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|::ffff:127(?:\.\d+){3}|0\.0\.0\.0|::)$/i;

/** @throws for every place but this machine */
function refuseForeign(act, host) {
  if (host === undefined || host === null || host === "" || local.test(String(host))) return;
  throw new Error(`a test tried to ${act} ${host}; only loopback is allowed`);
}

const IS_LOADED = Symbol.for("chatexchange: only loopback");
if (!globalThis[IS_LOADED]) {
  globalThis[IS_LOADED] = true;
  keepOnLoopback();
}

function keepOnLoopback() {
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connectOnLoopback(...args) {
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    const isOptions = typeof first === "object" && first !== null;
    refuseForeign("connect to", isOptions ? first.host : typeof args[1] === "string" ? args[1] : undefined);
    return connect.apply(this, args);
  };

  const send = dgram.Socket.prototype.send;
  dgram.Socket.prototype.send = function sendOnLoopback(...args) {
    refuseForeign(
      "send a datagram to",
      args.slice(1).find((arg) => typeof arg === "string"),
    );
    return send.apply(this, args);
  };

  // Looking up an IP address makes no request. `reverse` and `lookupService` take addresses.
  for (const holder of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(holder).filter((name) => /^(?:lookup|resolve|reverse)/.test(name))) {
      const ask = holder[name];
      if (typeof ask !== "function") continue;
      holder[name] = function askOnLoopback(host, ...more) {
        if (net.isIP(String(host)) === 0 || name !== "lookup") refuseForeign(`ask ${name} for`, host);
        return ask.call(this, host, ...more);
      };
    }
  }
  // `import { lookup } from "node:dns"` too.
  syncBuiltinESMExports();
}
