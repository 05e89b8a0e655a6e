/**
 * The content of a message on its way to the page. It is HTML the server made and escaped; what the viewer's side adds
 * (quotes, mentions, "see full text") is added as nodes.
 */
import { el, fold } from "./dom.js";

const myName = fold(document.body.dataset.userName ?? "");
const mention = /@([^\s._!?();:/+&<-]{3,})/g;

/** True when a content names the viewer. @param {string} [content] */
export function mentionsMe(content = "") {
  return myName !== "" && [...content.matchAll(mention)].some(([, name = ""]) => myName.startsWith(fold(name)));
}

/** The element for the content of a message. @param {{ message_id: number, room_id: number, content: string }} record */
export function contentOf({ message_id: id, room_id: roomId, content }) {
  const box = el("div", { class: "content" });
  box.innerHTML = content;
  for (const link of box.querySelectorAll("a")) link.target = "_blank";
  dress(box, roomId, id);
  if (mentionsMe(content)) markMentions(box);
  return box;
}

/**
 * What the viewer's side adds to a content on any page: quotes, and the way to the rest of a long text.
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
  // Code may be wider than the page: it scrolls, so the keyboard must reach it.
  for (const code of box.querySelectorAll("pre")) code.tabIndex = 0;
  const partial = box.querySelector(".partial");
  if (partial) {
    const href = `/messages/${roomId}/${id}`;
    const more = el("a", { href, target: "_blank", class: "more-data" }, "(see full text)");
    more.addEventListener("click", (event) => void expand(event, partial, more, href));
    partial.after(more);
  }
}

/** The notice of a move links to the live host, as recorded: its rooms and messages are here. @param {Element} box */
function stayHere(box) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (box.querySelectorAll('a[href^="https://chat."]')))
    link.href = link.pathname + link.hash;
}

/** Lines that begin with "> " in a text of several lines stand as quotes. @param {Element} box */
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

/** Puts the whole text where its beginning stood. @param {Event} event @param {Element} partial @param {Element} link @param {string} href */
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

/** Wraps the names in a content that mean the viewer. @param {HTMLElement} box */
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
