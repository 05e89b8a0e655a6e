// Loaded before a foreign client: in this process only, the live hosts resolve to a local server, and no other host exists.
import net from "node:net";

const hosts = new Set([
  "stackoverflow.com",
  "chat.stackoverflow.com",
  "stackexchange.com",
  "meta.stackexchange.com",
  "chat.stackexchange.com",
  "chat.meta.stackexchange.com",
  "chat.sockets.stackexchange.com",
]);
const port = Number(process.env.LOCAL_CHAT_PORT);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function connectHere(...args) {
  const isList = Array.isArray(args[0]);
  const [options, ...rest] = isList ? args[0] : args;
  const host = options?.host;
  if (!hosts.has(host) || Number(options.port) !== 443) throw new Error(`a foreign client tried to connect to ${host}`);
  const there = { ...options, host: "127.0.0.1", port };
  return connect.apply(this, isList ? [Object.assign([there, ...rest], args[0])] : [there, ...rest]);
};
