// The negative control: a client of a live site, which must fail where only loopback exists. It proves that the network
// namespace isolates, and that the counter counts.
import { networkInterfaces } from "node:os";
import { Client } from "chatexchange-ts";

const others = Object.keys(networkInterfaces()).filter((name) => name !== "lo");
if (others.length > 0) {
  console.log(`FAIL abroad: this machine is on a network (${others.join(", ")}), so nothing is tried`);
  process.exit(1);
}
const chat = new Client("stackexchange.com", { timeoutMs: 2_000, onError() {} });
const outcome = await chat.getRoom(1).name.then(
  () => "FAIL abroad: a live site answered",
  (error) => `${error.code === undefined ? "FAIL" : "ok"} abroad: ${error.code ?? error}`,
);
await chat.logout({ drain: false });
console.log(outcome);
