// How close a burst comes to the shortest time in which the server's throttle lets it through (protocol.md §8). On a
// clock turned by hand, so the numbers are exact. The bars: 12 messages at most 1.08 x, 40 at most 1.05 x.
import { requiredPauseMs } from "../dist/server/index.js";
import { setStage } from "../dist/testing/index.js";

async function burst(count, server = {}) {
  const stage = await setStage({ server: { throttle: true, ...server } });
  try {
    const room = stage.client().getRoom(stage.room.id);
    const start = stage.clock.now();
    const sends = Array.from({ length: count }, (_, n) => room.sendMessage(`message ${n}`));
    await stage.until(Promise.all(sends), { timeoutMs: 60_000 });
    const tries = stage.server.requests.filter(({ path }) => path.endsWith("/messages/new")).length;
    return { took: stage.clock.now() - start, tries };
  } finally {
    await stage.close();
  }
}

function print(name, { took, tries }, count, earliest) {
  const ratio = (took / earliest).toFixed(3);
  const perMessage = (tries / count).toFixed(2);
  console.log(
    `  ${name.padEnd(30)} ${(took / 1000).toFixed(1).padStart(7)} s   ${ratio} x   ${perMessage} requests a message`,
  );
}

for (const count of [12, 40]) {
  let earliest = 0;
  for (let n = 2; n <= count; n++) earliest += requiredPauseMs(n);
  print(`burst of ${count}`, await burst(count), count, earliest);
}
print("60 at a pause of 8 s", await burst(60, { throttlePauseMs: () => 8_000 }), 60, 59 * 8_000);
