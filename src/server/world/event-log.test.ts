import { expect, test } from "vitest";
import { EventLog } from "./event-log.js";

test("the log drops its oldest events beyond a number of events or of characters", () => {
  const log = new EventLog(1, 1_000);
  const content = "x".repeat(1_048_576);
  for (let n = 0; n < 200; n++) log.append(1, null, (id) => ({ event_type: 1, time_stamp: 0, id, content }));
  expect(log.all().length).toBeLessThanOrEqual(64);
  expect(log.all().length).toBeGreaterThanOrEqual(48);
  expect(log.all().at(-1)?.id).toBe(200);
  expect(log.since(log.oldestCursor)).toHaveLength(log.all().length);
});
