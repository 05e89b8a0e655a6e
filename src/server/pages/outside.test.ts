import { selectAll, selectOne } from "css-select";
import { type Element, isTag } from "domhandler";
import { getAttributeValue, textContent } from "domutils";
import { parseDocument } from "htmlparser2";
import { describe, expect, it } from "vitest";
import * as pages from "./index.js";
import { EVIL, frame, me, NOW } from "./views.test-support.js";

/** A parsed page with query helpers. */
class Page {
  readonly #html: string;
  constructor(html: string) {
    this.#html = html;
    expect(this.all('img[src="x"]')).toEqual([]);
  }
  all(selector: string): Element[] {
    return selectAll(selector, parseDocument(this.#html).children).filter(isTag);
  }
  one(selector: string): Element {
    const found = selectOne(selector, parseDocument(this.#html).children);
    if (!found || !isTag(found)) throw new Error(`no element matches ${selector}`);
    return found;
  }
  text(selector: string): string {
    return textContent(this.one(selector)).trim();
  }
  attr(selector: string, name: string): string | undefined {
    return getAttributeValue(this.one(selector), name);
  }
  script(having: string): string {
    return (
      this.all("script")
        .map((script) => textContent(script))
        .find((text) => text.includes(having)) ?? ""
    );
  }
}

describe("the outside layout", () => {
  it("names who is logged in by its first topbar link, and gives the server's time", () => {
    const page = new Page(pages.renderNotFound(frame));
    expect(page.attr(".topbar-menu-links a", "href")).toBe("/users/4875631/me-co");
    expect(page.attr(".topbar-menu-links a", "title")).toBe("Me & Co");
    expect(page.text("title")).toBe("Page Not Found | chat.stackoverflow.com");
    expect(page.text('.nav a[href="/users"]')).toBe("users (9)");
    expect(page.script("topbar.init")).toContain(`StackExchange.topbar.init({"serverTime":${NOW},`);
    expect(page.text("#svnrev")).toMatch(/^rev /);
    expect(page.all("body.outside")).toHaveLength(1);
  });

  it("links an anonymous viewer elsewhere first, and to the login second", () => {
    const page = new Page(pages.renderError({ ...frame, me: null }, 500, EVIL));
    expect(page.all(".topbar-menu-links a").map((link) => getAttributeValue(link, "href"))).toEqual([
      "https://stackexchange.com",
      frame.loginUrl,
    ]);
    expect(page.text(".content-page p")).toBe(EVIL);
  });

  it("has the forms of the private room and of joining favorites", () => {
    const denied = new Page(pages.renderPrivateRoom(frame, 17));
    expect(denied.text("h2")).toBe("Private Room");
    expect(denied.attr('form[action="/rooms/requestaccess"] #roomId', "value")).toBe("17");
    expect(new Page(pages.renderJoinFavorite(frame)).attr("form input#fkey", "value")).toBe(frame.fkey);
  });
});

describe("the pages behind the navigation", () => {
  it("has an FAQ with the formatting help", () => {
    const page = new Page(pages.renderFaq(frame));
    expect(page.text("h2#formatting")).toBe("How do I format messages?");
    expect(page.text(".nav .youarehere")).toBe("faq");
  });

  it("lists users, and has a notice when there are none", () => {
    const view = { frame, users: [{ ...me, name: EVIL, about: EVIL }], filter: EVIL, page: 1, pageCount: 2 };
    const page = new Page(pages.renderUsers(view));
    expect(page.text(".usercard#user-4875631 a.username")).toBe(EVIL.trim());
    expect(new URLSearchParams(page.attr(".pager a[rel=next]", "href")).get("filter")).toBe(EVIL);
    expect(new Page(pages.renderUsers({ ...view, users: [], pageCount: 1 })).text(".empty")).toContain(EVIL.trim());
  });
});

describe("the login pages", () => {
  it("has the recorded form and, if offered, users to log in as", () => {
    const view = {
      siteName: EVIL,
      fkey: "a".repeat(64),
      returnUrl: EVIL,
      message: EVIL,
      accounts: [{ email: EVIL, name: EVIL }],
    };
    const page = new Page(pages.renderLogin(view));
    expect(page.attr("form#login-form", "method")).toBe("POST");
    expect(page.attr("#login-form [name=fkey]", "value")).toBe("a".repeat(64));
    expect(
      page.all(
        "#login-form :is([name=ssrc], [name=email], [name=password], #oauth_version, #oauth_server, #submit-button)",
      ),
    ).toHaveLength(6);
    expect(new URL(page.attr("#login-form", "action") ?? "", "http://x").searchParams.get("returnurl")).toBe(EVIL);
    expect(page.attr('form[action="/local/become"] [name=email]', "value")).toBe(EVIL);
    expect(new Page(pages.renderLogin({ ...view, accounts: [] })).all("#local-accounts")).toEqual([]);
  });

  it("has the logout form and the CAPTCHA sentence", () => {
    expect(new Page(pages.renderLogout("f", EVIL)).attr('form[action="/users/logout"] [name=fkey]', "value")).toBe("f");
    expect(pages.renderCaptcha(EVIL)).toContain("Human verification");
  });
});
