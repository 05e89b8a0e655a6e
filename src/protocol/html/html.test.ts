import { describe, expect, it } from "vitest";
import { ParseError } from "../../errors/index.js";
import {
  attr,
  hasClass,
  innerHtml,
  parse,
  select,
  selectFirst,
  selectOutermost,
  selectRequired,
  textOf,
} from "./dom.js";
import { readCall, readLiteral } from "./js-literal.js";

describe("dom", () => {
  it("returns inner HTML byte for byte, trimmed", () => {
    const inner = `<pre class='full'>a &lt; b\n\t&amp;&nbsp;c</pre><br/><IMG SRC=x>é&hellip;<b>x`;
    const document = parse(`<div id=a>\n  ${inner} \n</div><p>after`, "test page");
    expect(innerHtml(document, selectRequired(document, "#a"))).toBe(inner);
  });

  it("ends an element at its end tag, or where its parent or the page ends", () => {
    const document = parse("<ul><li>one<li>two</ul><p>three<p>four", "test page");
    const inner = (selector: string): string[] => select(document, selector).map((item) => innerHtml(document, item));
    expect(inner("li")).toEqual(["one", "two"]);
    expect(inner("p")).toEqual(["three", "four"]);
    expect(inner("ul")).toEqual(["<li>one<li>two"]);
  });

  it("collapses white space and decodes entities in text", () => {
    expect(textOf(parse("<p>a&nbsp; b\n<br>c &amp;&#39; <i>d</i></p>", "test page").root)).toBe("a b c &' d");
    expect(textOf(parse("<p>\n <b> </b>&nbsp;</p>", "test page").root)).toBe("");
  });

  it("keeps white space that users write", () => {
    expect(textOf(parse("<p> 田中\u3000太郎\u2028 </p>", "test page").root)).toBe("田中\u3000太郎\u2028");
  });

  it("names the page and the selector of a missing element", () => {
    const attempt = (): unknown => selectRequired(parse("<p>", "test page"), ".absent[href]");
    expect(attempt).toThrow(ParseError);
    expect(attempt).toThrow("the test page was not understood: .absent[href]");
  });

  it("does not take inherited properties for attributes", () => {
    const element = selectRequired(parse("<p __proto__=x a=1>", "test page"), "p");
    expect([attr(element, "constructor"), attr(element, "toString"), attr(element, "a")]).toEqual([null, null, "1"]);
    expect(selectFirst(parse("<p>", "test page"), "[constructor]")).toBeNull();
  });

  it("matches only whole class names", () => {
    const element = selectRequired(parse('<p class="user-star2 star\n user-star">', "test page"), "p");
    expect(["star", "user-star", "user", "star2"].map((name) => hasClass(element, name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("selects only outermost elements when asked", () => {
    const document = parse("<div class=c><div class=c></div></div><div class=c></div>", "test page");
    expect([select(document, ".c").length, selectOutermost(document, ".c").length]).toEqual([3, 2]);
  });

  it("rejects absurd nesting instead of overflowing the stack", () => {
    expect(() => parse("<div>".repeat(100_000), "test page")).toThrow("elements nest more than");
  });
});

describe("JavaScript literals", () => {
  it("reads unquoted keys, parenthesized strings, escapes and stray commas", () => {
    const source = String.raw`[ {id: 7, name: ("O\'N\u00e9il \"x\" </a>"), n: -1.5, ok:true, none:null,}, , ['a',], /* c */ ]`;
    expect(readLiteral(source)).toEqual([
      new Map<string, unknown>([
        ["id", 7],
        ["name", `O'Néil "x" </a>`],
        ["n", -1.5],
        ["ok", true],
        ["none", null],
      ]),
      ["a"],
    ]);
  });

  it("reads JSON", () => {
    expect(readLiteral('{"a":[1,"\\u003c\\/b\\n"]}')).toEqual(new Map([["a", [1, "</b\n"]]]));
  });

  it.each(["", "alert(1)", "[1", '"open', "{a:}", "1 2", "[function(){}]", "{__proto__", `${"[".repeat(500)}`])(
    "does not read %j as a literal",
    (source) => {
      expect(readLiteral(source)).toBeUndefined();
    },
  );

  it("stops reading the arguments of a call at the first that is not a literal", () => {
    expect(readCall("var x = Start(1, 'a', foo, 2);", "Start")).toEqual([1, "a"]);
    expect(readCall("nothing here", "Start")).toBeNull();
  });
});
