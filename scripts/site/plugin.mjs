// Our site's additions to TypeDoc: addresses of guides that do not change with their titles, the import names of the
// package's entries, and groups for errors and events in the reference.
import { readFileSync } from "node:fs";
import { Comment, CommentTag, Converter, JSX, KindRouter, ReflectionKind } from "typedoc";

const OPEN_MENU = readFileSync(new URL("./site.js", import.meta.url), "utf8");

/** Keeps the address of a guide when its title changes. */
class SiteRouter extends KindRouter {
  getIdealBaseName(reflection) {
    const address = reflection.isDocument?.() ? reflection.frontmatter.address : undefined;
    return address ?? super.getIdealBaseName(reflection);
  }
}

/** The names of the classes that a class extends, nearest first. */
function ancestors(reflection) {
  const [parent] = reflection.extendedTypes ?? [];
  if (parent?.type !== "reference") return [];
  const next = parent.reflection;
  return [parent.name, ...(next ? ancestors(next) : [])];
}

function groupOf(reflection) {
  const names = [reflection.name, ...ancestors(reflection)];
  if (names.includes("ChatError")) return "Errors";
  return names.includes("ChatEvent") ? "Events" : undefined;
}

function groupClasses(project) {
  for (const reflection of project.getReflectionsByKind(ReflectionKind.Class)) {
    const group = groupOf(reflection);
    if (!group) continue;
    reflection.comment ??= new Comment();
    reflection.comment.blockTags.push(new CommentTag("@group", [{ kind: "text", text: group }]));
  }
}

/** Mends two things in the Markdown renderer: anchors of headings with code in them, and links to the front page. */
function mendMarkdown(parser) {
  parser.core.ruler.push("headings-with-code", ({ tokens, Token }) => {
    for (const [index, heading] of tokens.entries()) {
      if (heading.type !== "heading_open") continue;
      for (const code of (tokens[index + 1]?.children ?? []).filter(({ type }) => type === "code_inline")) {
        const text = new Token("text", "", 0);
        text.content = code.content;
        code.children = [text];
      }
    }
  });
  parser.renderer.rules.link_open = (tokens, index, options, _env, self) => {
    const link = tokens[index];
    const [, folder, anchor = ""] = /^((?:\.\.?\/)+)(#.*)?$/.exec(link.attrGet("href") ?? "") ?? [];
    if (folder) link.attrSet("href", `${folder}index.html${anchor}`);
    return self.renderToken(tokens, index, options);
  };
}

export function load(app, packageName) {
  app.renderer.defineRouter("site", SiteRouter);
  app.renderer.hooks.on("head.begin", () =>
    JSX.createElement("script", null, JSX.createElement(JSX.Raw, { html: OPEN_MENU })),
  );
  app.options.setValue("markdownItLoader", mendMarkdown);
  app.internationalization.addTranslations("en", { kind_plural_module: "Reference" });
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Module)) return;
    const entry = reflection.name.replace(/\/?index$/, "");
    reflection.name = entry ? `${packageName}/${entry}` : packageName;
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => groupClasses(context.project), 1_000);
}
