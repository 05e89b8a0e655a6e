/** The pager below long lists: `.pager .page-numbers[.current|.dots|.next]` (protocol.md §6.8). */
import { html, type Markup } from "./markup.js";

/** Renders a pager, or nothing for a single page. @param href - returns the URL of a page */
export function pager(current: number, count: number, href: (page: number) => string): Markup | "" {
  if (count <= 1) return "";
  const parts: Markup[] = [];
  if (current > 1) parts.push(step(current - 1, "prev", href));
  let previous = 0;
  for (const number of numbersShown(current, count)) {
    if (number > previous + 1) parts.push(html`<span class="page-numbers dots">&hellip;</span>\n`);
    parts.push(
      number === current
        ? html`<span class="page-numbers current" aria-current="page">${number}</span>\n`
        : html`<a href="${href(number)}" title="go to page ${number}"><span class="page-numbers">${number}</span></a>\n`,
    );
    previous = number;
  }
  if (current < count) parts.push(step(current + 1, "next", href));
  return html`<div class="pager clear-both" role="navigation" aria-label="pages">\n${parts}</div>`;
}

function numbersShown(current: number, count: number): number[] {
  const first = Math.max(1, Math.min(current - 2, count - 4));
  const near = Array.from({ length: 5 }, (_, index) => first + index);
  return [...new Set([1, ...near, count])].filter((number) => number >= 1 && number <= count).sort((a, b) => a - b);
}

function step(page: number, kind: "prev" | "next", href: (page: number) => string): Markup {
  return html`<a href="${href(page)}" title="go to page ${page}" rel="${kind}"><span class="page-numbers ${kind}"> ${kind}</span></a>\n`;
}
