/**
 * The pages of the login site: login, logout, and the CAPTCHA after too many attempts (protocol.md §2.1, §2.7). The login
 * form is the recorded one. Below it a local server can offer sign-up and login as any user.
 */

import { queryOf } from "../paths.js";
import { initialsOf, tintOf } from "./avatar.js";
import { head } from "./frame.js";
import { html, type Markup, page } from "./markup.js";
import type { LoginPageView } from "./views.js";

/** Renders the login page. */
export function renderLogin(view: LoginPageView): string {
  if (view.isReadOnly) {
    const notice = html`\n    <h1>${view.siteName} is in read-only mode</h1>\n    <p>You cannot log in now; please try again later.</p>`;
    return loginSite(`Log In - ${view.siteName}`, notice);
  }
  return loginSite(
    `Log In - ${view.siteName}`,
    html`
    <h1>Log in to ${view.siteName}</h1>
${view.message !== null && html`    <p class="notification error" role="alert">${view.message}</p>`}
<form id="login-form" action="/users/login${queryOf({ ssrc: "head", returnurl: view.returnUrl })}" method="POST">
    <input type="hidden" name="fkey" value="${view.fkey}">
        <div id="se-login-fields">
            <input type="hidden" name="ssrc" value="head" />
                <label for="email">Email</label>
                <input type="email" name="email" id="email" size="30" maxlength="100" autocomplete="username" placeholder="you@example.org" required="required" />
                <label for="password">Password</label>
                <input type="password" name="password" id="password" autocomplete="current-password" placeholder="********" required="required" />
                <input class="button" type="submit" id="submit-button" name="submit-button" value="Log in" />
        </div>
    <div id="openid_form">
        <input type="hidden" id="oauth_version" name="oauth_version" />
        <input type="hidden" id="oauth_server" name="oauth_server" />
    </div>
</form>
${view.signUp && signUp(view, view.signUp)}${view.accounts.length > 0 && accounts(view)}`,
  );
}

/** Renders the page that asks for confirmation before logging out. */
export function renderLogout(fkey: string, siteName: string): string {
  return loginSite(
    `Log Out - ${siteName}`,
    html`
    <h1>Log out of ${siteName}?</h1>
    <form id="logout-form" action="/users/logout" method="POST">
        <input type="hidden" name="fkey" value="${fkey}">
        <input class="button" type="submit" value="Log out" />
    </form>`,
  );
}

/** Renders the page instead of a login after too many attempts. */
export function renderCaptcha(siteName: string): string {
  return loginSite(
    `Human verification - ${siteName}`,
    html`
    <h1>Human verification</h1>
    <p>Please complete the CAPTCHA: too many log-ins came from your address in a short time.</p>`,
  );
}

function signUp(view: LoginPageView, typed: NonNullable<LoginPageView["signUp"]>): Markup {
  return html`    <section id="sign-up" aria-labelledby="sign-up-title">
        <h2 id="sign-up-title">New here? Pick a name to start chatting</h2>
${typed.message !== null && html`        <p class="notification error" role="alert" id="sign-up-error">${typed.message}</p>`}
        <form action="/local/sign-up" method="POST">
            <input type="hidden" name="fkey" value="${view.fkey}"><input type="hidden" name="returnurl" value="${view.returnUrl}">
            <label for="sign-up-name">Name</label>
            <input type="text" name="name" id="sign-up-name" value="${typed.name}" minlength="3" maxlength="30" required="required" autocomplete="nickname"${typed.message !== null && html` aria-invalid="true" aria-describedby="sign-up-error"`} />
            <label for="sign-up-email">Email <small>(optional; only used to log in)</small></label>
            <input type="email" name="email" id="sign-up-email" value="${typed.email}" maxlength="100" autocomplete="email" />
            <input class="button primary" type="submit" id="sign-up-button" value="Sign up and log in" />
        </form>
        <p class="msg-small">You or a bot can log in again with this email and the password <code>password</code>.</p>
    </section>
`;
}

function accounts(view: LoginPageView): Markup {
  return html`    <section id="local-accounts" aria-labelledby="local-accounts-title">
        <h2 id="local-accounts-title">Or log in as an existing user</h2>
        <p class="msg-small">One click, no password. Use this on a local server only.</p>
        ${view.accounts.map(
          ({ email, name, id = null }) => html`<form action="/local/become" method="POST">
            <input type="hidden" name="email" value="${email}"><input type="hidden" name="fkey" value="${view.fkey}"><input type="hidden" name="returnurl" value="${view.returnUrl}">
            <button class="button account" type="submit"><span class="avatar ${tintOf(id)}" data-initials="${initialsOf(name)}" aria-hidden="true"></span><span class="account-name">${name}</span> <small>${email}</small></button>
        </form>
        `,
        )}
    </section>`;
}

/** Renders a whole page of the login site. */
export function loginSite(title: string, content: Markup): string {
  return page(html`<!DOCTYPE html>
<html lang="en">
<head>
${head(title)}
</head>
<body class="universal-auth-page">
<div id="content" role="main">
${content}
</div>
</body>
</html>
`);
}
