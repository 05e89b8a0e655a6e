// The bot talks, too: what it wanted to say, beside what of it the server has.

/** After these it is not known whether the message arrived, and the caller is told just that. */
const unknowns = new Set(["CONNECTION_LOST", "TIMED_OUT", "SERVER_ERROR", "NOT_UNDERSTOOD", "CLOSED", "ABORTED"]);
/** So long trouble in a row is waited out, in milliseconds (`outbox.patienceMs`). */
const patienceMs = 900_000;
/** What the site says itself, or the bot when it is stopped. Every other trouble passes here, and is waited out. */
const fair = new Set(["CLOSED", "SITE_READ_ONLY", "DUPLICATE"]);

export class Talker {
  /** Every call of `sendMessage` in its order: `{ roomId, text, fault, id, code }`. */
  calls = [];
  pending = 0;
  /** Not between the end of a bot and the moment in which the next one has taken up its state. */
  mayTalk = true;
  /** Codes with which messages were rejected that a restarted bot took up. */
  rejectedLater = [];
  #stage;
  #random;

  constructor(stage, random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** Says something: one message, a burst over the rooms, or a text twice with another between; answers how many. */
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

  /** A bot that was started again says what the one before had not said. */
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
          call.mayHaveArrived = sent === undefined ? unknowns.has(call.code) : sent === "maybe";
          // The next bot says what was kept in the state.
          if (this.#stage.keepsState && call.code === "CLOSED") call.mayHaveArrived = true;
        },
      )
      .finally(() => {
        this.pending--;
      });
  }
}

/** The differences between what was wanted and what is there, and counts of how the calls ended. */
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
      if (code !== null && !fair.has(code) && waitedMs < patienceMs)
        problem("refused", `"${text}" after ${Math.round(waitedMs / 1000)} s: ${error?.message ?? error}`, fault);
      if (code === null && id === null) problem("lost", `"${text}" was never answered`, fault);
      if (id === null) continue;
      counts.sent++;
      if (!posts.has(id))
        problem("lost", `"${text}" is message ${id}, they say, which is not there or is another's`, fault);
      else if (posts.get(id) !== text)
        problem("lost", `"${text}" is message ${id}, they say, which is "${posts.get(id)}"`, fault);
      posts.delete(id);
      if (id < newest)
        problem("out of order", `"${text}" (${id}) stands before what was said earlier (${newest})`, fault);
      newest = Math.max(newest, id);
    }
    judgeUnclaimed(posts, calls, counts, problem);
  }
  if (keepsState) judgeTakenOver(talker, counts, problems, fault);
  return { problems, counts };
}

/** Posts that no call resolved to: of calls that failed without anybody knowing, or said once too often. */
function judgeUnclaimed(posts, calls, counts, problem) {
  const failed = calls.filter(({ code }) => code !== null);
  for (const [id, source] of posts) {
    const at = failed.findIndex(({ text }) => text === source);
    const [call] = at < 0 ? [] : failed.splice(at, 1);
    if (call?.mayHaveArrived) counts.arrivedUnknown++;
    else if (call)
      problem("lost", `"${source}" was refused (${call.code}), they say, and is message ${id}`, call.fault);
    else {
      const twin = calls.find(({ text }) => text === source);
      problem("doubled", `message ${id} ("${source}") was not asked for once more`, twin?.fault ?? calls[0]?.fault);
    }
  }
}

/** With a state, what a bot had not said when it was stopped is said by the next one, unless the site refuses it. */
function judgeTakenOver({ calls, rejectedLater }, counts, problems, fault) {
  const closed = calls.filter(({ code }) => code === "CLOSED").length;
  const refused = rejectedLater.filter(({ code }) => code !== "CLOSED");
  for (const error of refused) {
    if (!fair.has(error?.code))
      problems.push({ kind: "sends refused", text: `after a restart: ${error?.message}`, fault });
  }
  const missing = closed - counts.arrivedUnknown - refused.length;
  if (missing > 0)
    problems.push({ kind: "sends lost", text: `${missing} were to be said after a restart, and never were`, fault });
}
