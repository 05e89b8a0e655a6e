// Loaded before every test, and into every program that a test starts: a connection that would leave this machine fails.
import net from "node:net";

const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function connectOnLoopback(...args) {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host =
    typeof first === "object" && first !== null ? first.host : typeof args[1] === "string" ? args[1] : undefined;
  const isLocal = host === undefined || host === "localhost" || host === "::1" || /^127\./.test(host);
  if (!isLocal) throw new Error(`a test tried to connect to ${host}; only loopback is allowed`);
  return connect.apply(this, args);
};
