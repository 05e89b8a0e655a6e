// Compares the events delivered to a room's listener with the events that happened there.

/** The event type of a posted message. */
const POSTED = 1;
/** The number of latest messages in a room's list. */
const LIST_SIZE = 500;

/**
 * Returns the differences: `{ kind, text, at, fault }`, where `at` is an index of `record.delivered` for the context.
 * Kinds: lost, doubled, out of order, wrong (gaps, and messages from lists that fill them).
 */
export function compareRoom(record) {
  const problems = [];
  const problem = (kind, text, at, fault) => problems.push({ kind, text: `room ${record.roomId}: ${text}`, at, fault });
  const gaps = [];
  const told = new Set();
  const posts = new Map();
  for (const { id, type, messageId } of record.happened.values()) {
    if (type === POSTED) posts.set(messageId, id);
  }
  let newest = 0;
  let current = null;
  for (const [at, item] of record.delivered.entries()) {
    const { id, fault } = item;
    if (item.gap) {
      current = { ...item.gap, at, fault, stood: new Set() };
      gaps.push(current);
      checkGap(current, newest, (text) => problem("wrong", text, at, fault));
      newest = Math.max(newest, item.gap.to);
    } else if (id === null) {
      checkListed(item, current, record, posts, (kind, text) => problem(kind, text, at, fault));
    } else if (!record.happened.has(id)) {
      problem("wrong", `event ${id} never happened here`, at, fault);
    } else if (told.has(id)) {
      problem("doubled", `event ${id} was delivered twice`, at, fault);
    } else if (gaps.some(({ from, to }) => id >= from && id <= to)) {
      problem("wrong", `event ${id} was delivered although a gap reported it as lost`, at, fault);
    } else {
      if (id < newest) problem("out of order", `event ${id} was delivered after ${newest}`, at, fault);
      newest = Math.max(newest, id);
    }
    if (id !== null) told.add(id);
  }
  for (const [id, event] of record.happened) {
    if (told.has(id) || gaps.some(({ from, to }) => id >= from && id <= to)) continue;
    const at = record.delivered.findIndex((item) => (item.id ?? item.gap?.to ?? 0) > id);
    problem(
      "lost",
      `event ${id} (type ${event.type}) was never delivered`,
      at < 0 ? record.delivered.length : at,
      event.fault,
    );
  }
  for (const gap of gaps) checkListCompleteness(gap, record, posts, problem);
  return { problems, gaps };
}

/** A gap must begin after all delivered events, and its first event must have been evicted by the server. */
function checkGap({ from, to, oldestCursor }, newest, wrong) {
  if (from > to) wrong(`the gap ${from} to ${to} is no range`);
  else if (from <= newest) wrong(`the gap ${from} to ${to} begins before ${newest}, which was delivered`);
  else if (from - 1 >= oldestCursor)
    wrong(`the gap ${from} to ${to} was not needed: the log reached back to ${oldestCursor}`);
}

/** A message delivered from a list after a gap must have happened in the gap, and be delivered only once. */
function checkListed({ type, messageId }, gap, record, posts, problem) {
  const name = `message ${messageId} (type ${type}, from a list)`;
  if (!gap) return problem("wrong", `${name} without a gap`);
  const key = `${type} ${messageId}`;
  if (gap.stood.has(key)) return problem("doubled", `${name} was delivered twice`);
  gap.stood.add(key);
  const inGap = (event) => event.id >= gap.from && event.id <= gap.to;
  if (type === POSTED) {
    const id = posts.get(messageId);
    if (id === undefined || id < gap.from) problem("doubled", `${name} was posted before the gap`);
    else if (id > gap.to) problem("wrong", `${name} was posted after the gap`);
    return undefined;
  }
  const happened = [...record.happened.values()].some(
    (event) => event.messageId === messageId && event.type === type && inGap(event),
  );
  if (!happened) problem("wrong", `${name} did not happen in the gap ${gap.from} to ${gap.to}`);
  return undefined;
}

/**
 * Posts in a gap that the room's list still had at the gap's end must have been delivered from the list. A bot that has
 * received nothing since its restart is excepted, because it cannot know which of them are new.
 */
function checkListCompleteness(gap, record, posts, problem) {
  if (gap.isFresh) return;
  const deleted = new Set();
  for (const { id, type, messageId } of record.happened.values()) {
    if (type === 10 && id <= gap.to) deleted.add(messageId);
  }
  const listed = [...posts].filter(([, id]) => id <= gap.to).slice(-LIST_SIZE);
  for (const [messageId, id] of listed) {
    if (id < gap.from || deleted.has(messageId) || gap.stood.has(`${POSTED} ${messageId}`)) continue;
    problem(
      "lost",
      `message ${messageId}, posted in the gap ${gap.from} to ${gap.to}, was not delivered from the list`,
      gap.at,
      gap.fault,
    );
  }
}

/** The delivered events around an index, as context for debugging. */
export function contextOf(record, at) {
  return record.delivered
    .slice(Math.max(0, at - 4), at + 4)
    .map(({ id, type, messageId, gap }) =>
      gap ? `gap ${gap.from}-${gap.to}` : `${id ?? "list"}:t${type}${messageId ? `:m${messageId}` : ""}`,
    )
    .join("  ");
}
