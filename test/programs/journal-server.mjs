// A server with a journal for the test that kills it: prints its address, and ends with its parent.
import { ChatServer } from "chatexchange-ts/server";

const [journal, port] = process.argv.slice(2);
const server = await ChatServer.start({ journal, port: Number(port), sites: ["stackexchange.com"] });
server.site.user("Alice");
process.stdin.resume().on("end", () => process.exit());
process.stdout.write(`${server.url}\n`);
