/** The routes that the local server has, as docs/server-endpoints.md writes them. */
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { Hono } from "hono";

/** Such as `POST /messages/{id}/delete`, and with an optional part `GET /users/{id}[/{slug}]`. */
export async function serverRoutes(): Promise<ReadonlySet<string>> {
  const folder = resolve(import.meta.dirname, "../src/server/http");
  const app = new Hono();
  for (const file of readdirSync(folder).filter((name) => name.endsWith("-routes.ts"))) {
    const routes: Record<string, unknown> = await import(`${folder}/${file}`);
    for (const [name, add] of Object.entries(routes)) {
      if (typeof add === "function" && /^add\w*Routes$/.test(name)) add(app);
    }
  }
  return new Set(app.routes.map(written));
}

/** `GET /rooms/:id{[0-9]+}/:slug?` as the page writes it. */
function written({ method, path }: { readonly method: string; readonly path: string }): string {
  const named = path.replace(/:(\w+)(?:\{(?:[^{}]|\{[^{}]*\})*\})?/g, "{$1}");
  return `${method} ${named.replace(/\/(\{\w+\})\?/g, "[/$1]")}`;
}
