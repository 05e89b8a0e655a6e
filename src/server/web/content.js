/**
 * Renders the content of messages. It is HTML that the server made and escaped. The page adds quotes, mentions and "see
 * full text" as nodes.
 */
import { el, fold } from "./dom.js";

const myName = fold(document.body.dataset.userName ?? "");
const MENTION = /@([^\s._!?();:/+&<-]{3,})/g;

/** Whether a content mentions the viewer. @param {string} [content] */
export function mentionsMe(content = "") {
  return myName !== "" && [...content.matchAll(MENTION)].some(([, name = ""]) => myName.startsWith(fold(name)));
}

/** Creates the element of a message's content. @param {{ message_id: number, room_id: number, content: string }} record */
export function contentOf({ message_id: id, room_id: roomId, content }) {
  const box = el("div", { class: "content" });
  box.innerHTML = content;
  for (const link of box.querySelectorAll("a")) link.target = "_blank";
  dress(box, roomId, id);
  if (mentionsMe(content)) markMentions(box);
  return box;
}

/**
 * Adds what every page adds to a content: quotes, and a link to the rest of a long text.
 * @param {Element} box
 * @param {number} roomId
 * @param {number} id of the message
 */
export function dress(box, roomId, id) {
  const [first] = box.childNodes;
  const start = first instanceof Text ? /^\s*> /.exec(first.data) : null;
  if (start && first instanceof Text) {
    first.data = first.data.slice(start[0].length);
    const quote = el("div", { class: "quote" });
    quote.append(...box.childNodes);
    box.replaceChildren(quote);
  }
  if (first instanceof Text && /^\s*[→←] $/.test(first.data) && first.nextSibling?.nodeName === "I") stayHere(box);
  quoteLines(box);
  // Wide code scrolls, so it must be reachable by keyboard.
  for (const code of box.querySelectorAll("pre")) code.tabIndex = 0;
  const partial = box.querySelector(".partial");
  if (partial) {
    const href = `/messages/${roomId}/${id}`;
    const more = el("a", { href, target: "_blank", class: "more-data" }, "(see full text)");
    more.addEventListener("click", (event) => void expand(event, partial, more, href));
    partial.after(more);
  }
}

/** Makes the links in the notice of a move local: as recorded, they point to the live host. @param {Element} box */
function stayHere(box) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (box.querySelectorAll('a[href^="https://chat."]')))
    link.href = link.pathname + link.hash;
}

/** Shows lines that begin with "> " in a text of several lines as quotes. @param {Element} box */
function quoteLines(box) {
  const text = box.querySelector("div.full, div.partial");
  if (!text?.textContent?.includes("> ")) return;
  /** @type {ChildNode[][]} */
  const lines = [[]];
  for (const node of [...text.childNodes]) {
    if (node.nodeName === "BR") lines.push([]);
    else lines.at(-1)?.push(node);
  }
  /** @type {HTMLElement | null} */
  let quote = null;
  text.replaceChildren();
  for (const [index, line] of lines.entries()) {
    const [first] = line;
    const start = first instanceof Text ? /^\s?>\s/.exec(first.data) : null;
    if (start && first instanceof Text) {
      first.data = first.data.slice(start[0].length);
      if (!quote) {
        quote = el("div", { class: "quote" });
        text.append(quote);
      } else quote.append(el("br"));
      quote.append(...line);
    } else {
      if (index > 0 && !quote) text.append(el("br"));
      quote = null;
      text.append(...line);
    }
  }
}

/** Replaces a partial text by the full one. @param {Event} event @param {Element} partial @param {Element} link @param {string} href */
async function expand(event, partial, link, href) {
  event.preventDefault();
  event.stopPropagation();
  const response = await fetch(href);
  if (!response.ok) return;
  const text = (await response.text()).replace(/^:\d+ /, "");
  const full = el(partial.tagName, { class: "full" });
  full.textContent = partial.tagName === "PRE" ? text.replace(/^ {1,4}/gm, "") : text;
  partial.replaceWith(full);
  link.remove();
}

/** Wraps mentions of the viewer. @param {HTMLElement} box */
function markMentions(box) {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    const parts = text.data.split(/(@[^\s._!?();:/+&<-]{3,})/);
    if (parts.length === 1) continue;
    text.replaceWith(
      ...parts.map((part) =>
        part.startsWith("@") && mentionsMe(part) ? el("span", { class: "mention" }, part) : part,
      ),
    );
  }
}
