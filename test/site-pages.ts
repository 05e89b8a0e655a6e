/** The pages of a built site, their links and their anchors. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { posix, relative, resolve } from "node:path";
import { Parser } from "htmlparser2";

export interface SitePage {
  readonly path: string;
  readonly anchors: ReadonlySet<string>;
  /** The addresses that the page links to or loads, as they are written. */
  readonly links: readonly string[];
  /** The addresses of its scripts, styles and images. */
  readonly loads: readonly string[];
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, resolve(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function readPage(folder: string, path: string): SitePage {
  const anchors = new Set<string>();
  const links: string[] = [];
  const loads: string[] = [];
  const parser = new Parser({
    onopentag(name, { id, href, src, rel }) {
      if (id !== undefined) anchors.add(id);
      for (const link of [href, src]) if (link !== undefined) links.push(link);
      if (src !== undefined) loads.push(src);
      if (name === "link" && href !== undefined && rel !== "canonical") loads.push(href);
    },
  });
  parser.end(readFileSync(resolve(folder, path), "utf8"));
  return { path, anchors, links, loads };
}

export function readPages(folder: string): SitePage[] {
  return filesOf(folder)
    .filter((path) => path.endsWith(".html"))
    .map((path) => readPage(folder, path));
}

const isElsewhere = (link: string): boolean => /^[a-z][a-z+.-]*:|^\/\//i.test(link);

/** Every link that leads to no file or anchor of the site, as "page → link". */
export function brokenLinks(folder: string, all: readonly SitePage[]): string[] {
  const pages = new Map(all.map((page) => [page.path, page]));
  const files = new Set(filesOf(folder));
  const leads = (page: SitePage, link: string): boolean => {
    const [written = "", anchor = ""] = decodeURIComponent(link).split("#");
    const path = written === "" ? page.path : posix.join(posix.dirname(page.path), written.replace(/\?.*$/, ""));
    if (!files.has(path)) return false;
    return anchor === "" || !pages.has(path) || (pages.get(path)?.anchors.has(anchor) ?? false);
  };
  return [...pages.values()].flatMap((page) =>
    page.links.filter((link) => !isElsewhere(link) && !leads(page, link)).map((link) => `${page.path} → ${link}`),
  );
}

/** Every script, style and image that another host would serve, as "page → address". */
export function foreignLoads(pages: readonly SitePage[]): string[] {
  return pages.flatMap(({ path, loads }) =>
    loads.filter((link) => isElsewhere(link) && !link.startsWith("data:")).map((link) => `${path} → ${link}`),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** Serves a folder on loopback, with 404.html for every other address, until `close`. */
export async function serveFolder(folder: string): Promise<{ readonly origin: string; close(): void }> {
  const files = new Set(filesOf(folder));
  const server = createServer(({ url = "/" }, response) => {
    const path = decodeURIComponent(url.slice(1).replace(/\?.*$/, "")) || "index.html";
    const found = files.has(path) ? path : "404.html";
    const type = TYPES[posix.extname(found).slice(1)] ?? "application/octet-stream";
    response.writeHead(found === path ? 200 : 404, { "content-type": type });
    response.end(readFileSync(resolve(folder, found)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
