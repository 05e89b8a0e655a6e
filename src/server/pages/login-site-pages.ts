/**
 * Enough of a Q&A site to see who is logged in (protocol.md §2.1): clients look on its front page for `.my-profile`, for a
 * link to log out, and for the title, some of them with parsers that add no missing element.
 */
import { loginSite } from "./login-page.js";
import { html, type Markup } from "./markup.js";
import type { LoginSiteView } from "./views.js";

/** The front page; its fkey is how some clients see that it is one. */
export function renderLoginHome(view: LoginSiteView, fkey: string): string {
  return withVisitor(
    view,
    view.siteName,
    html`
    <h1>${view.siteName}</h1>
    <p>There are no questions here: this local server has the chat of ${view.siteName}, and its log-in.</p>
    <input type="hidden" name="fkey" value="${fkey}">`,
  );
}

/** Somebody's profile. */
export function renderLoginUser(view: LoginSiteView, name: string): string {
  return withVisitor(view, `User ${name} - ${view.siteName}`, html`\n    <h1>${name}</h1>`);
}

/** The page instead of a profile that there is not. */
export function renderLoginNotFound(view: LoginSiteView): string {
  return withVisitor(view, `Page Not Found - ${view.siteName}`, html`\n    <h1>Page not found</h1>`);
}

/** The answer to a form without the key of its visitor. */
export function renderExpiredForm(view: LoginSiteView): string {
  return withVisitor(
    view,
    `Error - ${view.siteName}`,
    html`
    <h1>Error</h1>
    <p>This form has expired; reload the page and try again.</p>`,
  );
}

function withVisitor(view: LoginSiteView, title: string, content: Markup): string {
  const { loginUrl, profilePath } = view;
  // One client looks for exactly `<a href="https://HOST/users/logout"`.
  const links =
    profilePath === null
      ? html`<a href="${loginUrl}/users/login">log in</a>`
      : html`<a class="my-profile" href="${loginUrl}${profilePath}">my profile</a> <a href="${loginUrl}/users/logout">logout</a>`;
  return loginSite(title, html`    <p id="visitor">${links}</p>${content}`);
}
