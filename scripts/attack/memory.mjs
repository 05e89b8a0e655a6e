// Measures the server's heap during a long attack on everything it keeps: it must stop growing once the limits are reached.
import { openStage } from "./stage.mjs";

/** Small limits, so that they are reached soon. */
const OPTIONS = { maxLongText: 2_000_000, maxMessagesPerRoom: 1_000, maxEvents: 2_000, maxRequests: 100 };
/** The most growth from the second round on, because the event log is trimmed in steps. */
const MOST_GROWTH_MB = 20;

export async function attackMemory({ rounds = 4 }) {
  const stage = await openStage(OPTIONS);
  const rows = [];
  let sent = 0;
  for (let round = 0; round < rounds; round++) {
    sent += await attack(stage, round);
    rows.push({ round: round + 1, "MB sent": Math.round(sent / 1e6), "heap MB": Math.round(await stage.heapMb()) });
  }
  stage.close();
  const growth = rows.at(-1)["heap MB"] - rows[1]["heap MB"];
  const bad = growth > MOST_GROWTH_MB ? [`the heap grew by ${growth} MB after the limits were reached`] : [];
  return { name: "memory", tried: rounds, bad, rows };
}

/** Runs one round: long posts and edits, short posts that ping, rooms, logins, tickets, stars. */
async function attack({ world, member, nobody }, round) {
  let sent = 0;
  const send = async (who, path, form) => {
    sent += (await who.post(path, form)).sent;
  };
  const long = "word ".repeat(140_000);
  for (let n = 0; n < 45; n++) await send(member, "/chats/1/messages/new", { text: `${round} ${n}\n${long}` });
  for (let n = 0; n < 5; n++) {
    await send(member, `/messages/${world.own}`, { text: `${round} ${n}\n${long}` });
    await send(member, "/rooms/save", { name: `Room ${round} ${n}`, description: long, defaultAccess: "read-write" });
    await send(member, "/users/login", { email: long, password: long });
  }
  for (let n = 0; n < 60; n++) {
    await send(member, "/chats/1/messages/new", { text: `@per ${round} ${n} ${"[tag:x]".repeat(60)}` });
    await send(nobody, "/ws-auth", { roomid: 1 });
    await send(member, `/messages/${world.first}/star`, {});
  }
  return sent;
}
