// Actions on a local server. The number of an action determines it, in every run. The world is small and its messages are
// long, so that its journal is compacted again and again.
import { createHash } from "node:crypto";
import { ManualClock } from "chatexchange-ts/testing";

const noon = Date.UTC(2024, 5, 12, 12);

/** The clock of a server, and its options. */
export function smallWorld() {
  const clock = new ManualClock(noon);
  const options = {
    clock,
    sites: ["stackexchange.com"],
    maxMessagesPerRoom: 20,
    maxEvents: 20,
    starsPerDay: 1_000_000,
  };
  return { clock, options };
}

/** Performs one action, at its second of the day. Each is one change. */
export async function act(clock, site, number) {
  await clock.advance(noon + number * 1000 - clock.now());
  const [ann, bob] = [site.user("Ann"), site.user("Bob")];
  const messages = site.room(1).messages.filter(({ deleted, userId }) => !deleted && userId === ann.id);
  const some = messages.at(-1 - ((number * 7) % 5)) ?? messages.at(-1);
  const text = (length) => `deed ${number}\n${"<so> it & goes\n".repeat((number * 3_571) % length)}`;
  switch (number % 6) {
    case 1:
      return some ? ann.in(1).edits(some, text(3_000)) : bob.in(1).says("nothing to edit");
    case 2:
      return some ? bob.in(1).stars(some) : bob.in(1).says("nothing to star");
    case 3:
      return some ? bob.in(1).reports(some, `look ${number}`) : bob.in(1).says("nothing to report");
    case 4:
      return number % 4 === 0 && some ? ann.in(1).deletes(some) : bob.in(1).says(`@Ann ${number}`);
    default:
      return ann.in(1).says(text(14_000));
  }
}

/** A hash of all that a script can see of a site. */
export function digestOf(site) {
  const state = [
    site.newestEventId,
    site.events().map(({ id, type, raw }) => [id, type, raw]),
    site.users.map(({ id, name, pings }) => [id, name, pings]),
    site.rooms.map(({ id, name, messages }) => [id, name, messages]),
  ];
  return createHash("sha256").update(JSON.stringify(state)).digest("hex");
}
