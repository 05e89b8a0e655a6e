/**
 * Enough of a Q&A site to see who is logged in (protocol.md §2.1). Clients look on its front page for `.my-profile`, for a
 * logout link and for the title, some with parsers that do not add missing elements.
 */
import { loginSite } from "./login-page.js";
import { html, type Markup } from "./markup.js";
import type { LoginSiteView } from "./views.js";

/** Renders the front page. Some clients recognize it by its fkey. */
export function renderLoginHome(view: LoginSiteView, fkey: string): string {
  return withVisitor(
    view,
    view.siteName,
    html`
    <h1>${view.siteName}</h1>
    <p>This local server provides only the chat and the login of ${view.siteName}, no questions.</p>
    <input type="hidden" name="fkey" value="${fkey}">`,
  );
}

/** Renders a user's profile. */
export function renderLoginUser(view: LoginSiteView, name: string): string {
  return withVisitor(view, `User ${name} - ${view.siteName}`, html`\n    <h1>${name}</h1>`);
}

/** Renders the page for a profile that does not exist. */
export function renderLoginNotFound(view: LoginSiteView): string {
  return withVisitor(view, `Page Not Found - ${view.siteName}`, html`\n    <h1>Page not found</h1>`);
}

/** Renders the response to a form with a stale fkey. */
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
