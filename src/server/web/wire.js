/**
 * Requests of the room page: actions by POST with the fkey, and the live socket that reconnects by itself. Knows nothing
 * of the page except the fkey field.
 */

const AGAIN = /You can perform this action again in (\d+) second/;
const SILENCE_MS = 60_000;
/** A socket without a frame for this long after its creation is given up. */
const OPEN_MS = 10_000;

/** @param {number} ms @returns {Promise<void>} */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Sends a POST with the fkey.
 * @param {string} path
 * @param {Record<string, string | number>} [form]
 * @returns {Promise<Response>}
 */
export function post(path, form = {}) {
  const fkey = /** @type {HTMLInputElement | null} */ (document.querySelector("input#fkey"))?.value ?? "";
  const body = new URLSearchParams({ ...form, fkey });
  return fetch(path, { method: "POST", body, headers: { "X-Requested-With": "XMLHttpRequest" } });
}

/**
 * Sends an action. Waits and retries while the server says "again in N seconds", and calls `onWait` with the seconds left
 * every second. Throws any other refusal with the server's own sentence.
 * @param {string} path
 * @param {Record<string, string | number>} form
 * @param {(seconds: number) => void} onWait
 * @returns {Promise<unknown>} the JSON of the answer
 */
export async function act(path, form = {}, onWait = () => {}) {
  for (let tries = 0; ; tries++) {
    const response = await post(path, form);
    const text = await response.text();
    const wait = AGAIN.exec(text);
    if (wait && tries < 8) {
      for (let left = Number(wait[1]); left > 0; left--) {
        onWait(left);
        await sleep(1000);
      }
      await sleep(200);
      continue;
    }
    const value = parse(text);
    if (response.redirected) throw new Error("That message does not exist.");
    if (!response.ok) throw new Error(sentence(response, value ?? text));
    if (typeof value === "string" && value !== "ok") throw new Error(value);
    return value;
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {Response} response @param {unknown} body */
function sentence(response, body) {
  const plain = typeof body === "string" && body.length < 300 && !body.includes("<");
  return plain && body ? body : `The server could not do this (status ${response.status}).`;
}

/**
 * @typedef {{ state: "live" | "waiting" | "out" | "stale", seconds?: number, retry?: () => void }} Connection
 */

/**
 * Keeps a live connection to a room: authorizes, connects, and reconnects forever from the last cursor.
 * @param {{ roomId: number, cursor: number, onFrame: (frame: any) => void, onState: (connection: Connection) => void }} options
 */
export async function connect({ roomId, cursor, onFrame, onState }) {
  let last = cursor;
  let isOut = false;
  let isStale = false;
  for (let failures = 0; ; failures++) {
    try {
      await session((frame) => {
        failures = 0;
        const own = frame[`r${roomId}`];
        if (own?.t > last) last = own.t;
        for (const event of own?.e ?? []) if (event.id > last) last = event.id;
        if (own?.exit) isOut = true;
        onFrame(frame);
      });
    } catch {
      // Fall through to the wait: a new socket fixes every reason for losing one.
    }
    if (isOut || isStale) return onState({ state: isOut ? "out" : "stale" });
    const wait = Math.min(2 ** Math.min(failures, 5), 20) * (0.5 + Math.random() / 2);
    await countDown(Math.max(1, Math.round(wait)), onState);
  }
  /** @param {(frame: any) => void} deliver */
  async function session(deliver) {
    const response = await post("/ws-auth", { roomid: roomId });
    if (response.status === 404) isOut = true;
    // The fkey of this page is stale: the login ended, or the server was restarted.
    if (response.status === 400 || response.status === 403) isStale = true;
    const { url } = await response.json();
    const socket = new WebSocket(`${url}?l=${last}`);
    await new Promise((end) => {
      let watchdog = setTimeout(() => socket.close(), OPEN_MS);
      const goOffline = () => socket.close();
      socket.onopen = () => onState({ state: "live" });
      socket.onmessage = ({ data }) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => socket.close(), SILENCE_MS);
        deliver(JSON.parse(data));
      };
      socket.onclose = () => {
        clearTimeout(watchdog);
        window.removeEventListener("offline", goOffline);
        end(undefined);
      };
      window.addEventListener("offline", goOffline);
    });
  }
}

/** Waits, and reports the seconds left and a way to retry now. @param {number} seconds @param {(connection: Connection) => void} onState */
async function countDown(seconds, onState) {
  for (let left = seconds; left > 0; left--) {
    const isCut = await new Promise((resolve) => {
      setTimeout(() => resolve(false), 1000);
      onState({ state: "waiting", seconds: left, retry: () => resolve(true) });
    });
    if (isCut) return;
  }
}
