import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** The allowed imports between layers; docs/architecture.md has the picture. */
const allowed: Record<string, readonly string[]> = {
  errors: ["errors"],
  util: ["util", "errors"],
  storage: ["storage", "errors", "util"],
  protocol: ["protocol", "errors", "util"],
  transport: ["transport", "protocol", "storage", "errors", "util"],
  cassette: ["cassette", "protocol", "storage", "errors", "util"],
  sending: ["sending", "transport", "protocol", "storage", "errors", "util"],
  live: ["live", "transport", "protocol", "storage", "errors", "util"],
  objects: ["objects", "sending", "live", "transport", "protocol", "errors", "util"],
  client: ["client", "cassette", "objects", "sending", "live", "transport", "protocol", "storage", "errors", "util"],
  server: ["server", "protocol", "storage", "errors", "util"],
  engines: ["engines", "storage", "errors", "util"],
  bot: ["bot", "engines", "protocol", "storage", "errors", "util", "index"],
  testing: ["testing", "cassette", "server", "protocol", "errors", "util", "index"],
  cli: ["cli", "cassette", "server", "transport", "protocol", "storage", "errors", "util", "index"],
  index: ["client", "cassette", "live", "objects", "sending", "transport", "protocol", "errors", "util"],
};

/** Layers that may import only types from an upper layer: interfaces that the upper layer implements. */
const allowedTypes: Record<string, readonly string[]> = {
  sending: ["objects"],
  live: ["objects"],
  objects: ["client"],
};

const root = resolve(import.meta.dirname, "../src");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) && !/\.test(-d|-support)?\.ts$/.test(entry.name) ? [path] : [];
  });
}

function layerOf(path: string): string {
  const [first = ""] = relative(root, path).split("/");
  return first.replace(/\.(ts|js)$/, "");
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Whether an import is only of types, and so does not exist at run time. */
  readonly isType: boolean;
}

function arrows(): Arrow[] {
  return sources(root).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    const imports = [...text.matchAll(/(?:^(import|export) (type )?[^;"]*?from |import\(|^import )"(\.[^"]+)"/gm)];
    return imports.map(([, , isType, specifier = ""]) => ({
      from: path,
      to: resolve(dirname(path), specifier).replace(/\.js$/, ".ts"),
      isType: isType !== undefined,
    }));
  });
}

/** A cycle of run-time imports, as paths; undefined when there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const circle = visit(next, [...trail, path]);
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const circle = visit(path, []);
    if (circle) return circle.map((step) => relative(root, step));
  }
  return undefined;
}

describe("the layers", () => {
  test("import each other only along the arrows of the architecture", () => {
    const wrong = arrows()
      .filter(({ from, to, isType }) => {
        const [layer, target] = [layerOf(from), layerOf(to)];
        return !allowed[layer]?.includes(target) && !(isType && allowedTypes[layer]?.includes(target));
      })
      .map(({ from, to }) => `${relative(root, from)} imports ${relative(root, to)}`);
    expect(wrong).toEqual([]);
  });

  test("have no cycle of run-time imports", () => {
    const graph = new Map<string, string[]>();
    for (const { from, to, isType } of arrows()) if (!isType) graph.set(from, [...(graph.get(from) ?? []), to]);
    expect(circleIn(graph)).toBeUndefined();
  });

  test("have no source file of more than 400 lines", () => {
    const long = sources(root).filter((path) => readFileSync(path, "utf8").split("\n").length > 401);
    expect(long.map((path) => relative(root, path))).toEqual([]);
  });

  test("keep the server's pages independent of the client's parsers", () => {
    const wrong = arrows().filter(
      ({ from, to }) => layerOf(from) === "server" && /protocol\/(pages|actions|html|refusals|frames)/.test(to),
    );
    expect(wrong).toEqual([]);
  });

  test("keep I/O and clocks out of the protocol", () => {
    const impure = sources(join(root, "protocol")).filter((path) =>
      /from "node:(fs|net|http|https|tls|child_process|timers)|\bDate\.now\(|new Date\(\)|setTimeout\(/.test(
        readFileSync(path, "utf8"),
      ),
    );
    expect(impure.map((path) => relative(root, path))).toEqual([]);
  });
});

test("a test cannot connect to another machine", async () => {
  const { Client } = await import("chatexchange-ts");
  await using chat = new Client("stackexchange.com", { timeoutMs: 2_000 });
  await expect(chat.getRoom(1).name).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    cause: { message: expect.stringContaining("only loopback") },
  });
});
