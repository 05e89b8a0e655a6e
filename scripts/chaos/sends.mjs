// The messages that a bot sends, compared with those that the server has.

/** Error codes after which the outcome is unknown, as the caller learns. */
const UNKNOWN_OUTCOMES = new Set([
  "CONNECTION_LOST",
  "TIMED_OUT",
  "SERVER_ERROR",
  "NOT_UNDERSTOOD",
  "CLOSED",
  "ABORTED",
]);
/** How long the outbox retries through faults, in milliseconds (`outbox.patienceMs`). */
const PATIENCE_MS = 900_000;
/** Codes of the site itself, or of a bot that is stopped. All other faults here are temporary and must be retried. */
const EXPECTED_CODES = new Set(["CLOSED", "SITE_READ_ONLY", "DUPLICATE"]);

export class Talker {
  /** All calls of `sendMessage` in order: `{ roomId, text, fault, id, code }`. */
  calls = [];
  pending = 0;
  /** False from the end of a bot until the next one has resumed its state. */
  mayTalk = true;
  /** The errors of messages that a restarted bot resumed. */
  rejectedLater = [];
  #stage;
  #random;

  constructor(stage, random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** Sends one message, a burst across rooms, or a text twice with another in between. Returns how many. */
  talk() {
    if (!this.mayTalk) return 1;
    const { rooms } = this.#stage;
    const random = this.#random;
    const before = this.calls.length;
    const roomId = random.pick(rooms);
    const kind = random.next();
    if (kind < 0.7) this.#say(roomId);
    else if (kind < 0.85) for (let left = random.between(3, 8); left > 0; left--) this.#say(random.pick(rooms));
    else {
      const again = `again ${this.calls.length}`;
      for (const text of [again, undefined, again]) this.#say(roomId, text);
    }
    return this.calls.length - before;
  }

  /** Tracks the pending messages that a restarted bot resumed. */
  takesOver(sends) {
    for (const send of sends) {
      this.pending++;
      send
        .catch((error) => this.rejectedLater.push(error))
        .finally(() => {
          this.pending--;
        });
    }
  }

  #say(roomId, text = `call ${this.calls.length}`) {
    const call = {
      roomId,
      text,
      fault: this.#stage.fault,
      id: null,
      code: null,
      mayHaveArrived: false,
      error: null,
      waitedMs: 0,
    };
    this.calls.push(call);
    this.pending++;
    const askedAt = this.#stage.now();
    this.#stage.client
      .getRoom(roomId)
      .sendMessage(text)
      .then(
        (message) => {
          call.id = message.id;
        },
        (error) => {
          call.code = error?.code ?? String(error);
          call.error = error;
          call.waitedMs = this.#stage.now() - askedAt;
          const sent = error?.context?.sent;
          call.mayHaveArrived = sent === undefined ? UNKNOWN_OUTCOMES.has(call.code) : sent === "maybe";
          // The next bot sends the messages kept in the state.
          if (this.#stage.keepsState && call.code === "CLOSED") call.mayHaveArrived = true;
        },
      )
      .finally(() => {
        this.pending--;
      });
  }
}

/** Returns the differences between the calls and the messages on the server, and counts of the outcomes. */
export function compareSends(talker, { site, bot, rooms, keepsState, fault }) {
  const problems = [];
  const counts = { asked: talker.calls.length, sent: 0, arrivedUnknown: 0, rejected: {} };
  for (const roomId of rooms) {
    const problem = (kind, text, fault) =>
      problems.push({ kind: `sends ${kind}`, text: `room ${roomId}: ${text}`, fault });
    const calls = talker.calls.filter((call) => call.roomId === roomId);
    const posts = new Map();
    for (const { id, userId, source } of site.room(roomId).messages) if (userId === bot.id) posts.set(id, source);
    let newest = 0;
    for (const { id, text, code, error, waitedMs, fault } of calls) {
      if (code !== null) counts.rejected[code] = (counts.rejected[code] ?? 0) + 1;
      if (code !== null && !EXPECTED_CODES.has(code) && waitedMs < PATIENCE_MS)
        problem("refused", `"${text}" after ${Math.round(waitedMs / 1000)} s: ${error?.message ?? error}`, fault);
      if (code === null && id === null) problem("lost", `"${text}" was never answered`, fault);
      if (id === null) continue;
      counts.sent++;
      if (!posts.has(id))
        problem("lost", `"${text}" resolved to message ${id}, which does not exist or has another author`, fault);
      else if (posts.get(id) !== text)
        problem("lost", `"${text}" resolved to message ${id}, which is "${posts.get(id)}"`, fault);
      posts.delete(id);
      if (id < newest) problem("out of order", `"${text}" (${id}) precedes an earlier message (${newest})`, fault);
      newest = Math.max(newest, id);
    }
    checkUnclaimed(posts, calls, counts, problem);
  }
  if (keepsState) checkTakenOver(talker, counts, problems, fault);
  return { problems, counts };
}

/** Checks posts that no call resolved to: their call had an unknown outcome, or they are duplicates. */
function checkUnclaimed(posts, calls, counts, problem) {
  const failed = calls.filter(({ code }) => code !== null);
  for (const [id, source] of posts) {
    const at = failed.findIndex(({ text }) => text === source);
    const [call] = at < 0 ? [] : failed.splice(at, 1);
    if (call?.mayHaveArrived) counts.arrivedUnknown++;
    else if (call) problem("lost", `"${source}" was rejected (${call.code}), but is message ${id}`, call.fault);
    else {
      const twin = calls.find(({ text }) => text === source);
      problem("doubled", `message ${id} ("${source}") is a duplicate`, twin?.fault ?? calls[0]?.fault);
    }
  }
}

/** With a state file, the next bot must send the messages that a stopped bot had not sent, unless the site refuses them. */
function checkTakenOver({ calls, rejectedLater }, counts, problems, fault) {
  const closed = calls.filter(({ code }) => code === "CLOSED").length;
  const refused = rejectedLater.filter(({ code }) => code !== "CLOSED");
  for (const error of refused) {
    if (!EXPECTED_CODES.has(error?.code))
      problems.push({ kind: "sends refused", text: `after a restart: ${error?.message}`, fault });
  }
  const missing = closed - counts.arrivedUnknown - refused.length;
  if (missing > 0)
    problems.push({ kind: "sends lost", text: `${missing} pending messages were never sent after a restart`, fault });
}
