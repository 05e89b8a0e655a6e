import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** Which layer may import from which; the picture is in docs/architecture.md. */
const allowed: Record<string, readonly string[]> = {
  util: ["util", "errors"],
  errors: ["errors"],
  protocol: ["protocol", "errors", "util"],
  transport: ["transport", "protocol", "errors", "util"],
  model: ["model", "transport", "protocol", "errors", "util"],
  server: ["server", "protocol", "errors", "util"],
  testing: ["testing", "server", "model", "protocol", "errors", "util", "index"],
  cli: ["cli", "server", "model", "transport", "protocol", "errors", "util", "index"],
  index: ["model", "transport", "protocol", "errors", "util"],
};

const root = resolve(import.meta.dirname, "../src");

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) && !/\.test(-d)?\.ts$/.test(entry.name) ? [path] : [];
  });
}

function layerOf(path: string): string {
  const [first = ""] = relative(root, path).split("/");
  return first.replace(/\.(ts|js)$/, "");
}

interface Arrow {
  readonly from: string;
  readonly to: string;
}

function arrows(): Arrow[] {
  return sources(root).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    const imports = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
    return imports.map((specifier) => ({ from: path, to: resolve(dirname(path), specifier) }));
  });
}

describe("the layers", () => {
  test("every import follows an arrow of the architecture", () => {
    const wrong = arrows()
      .filter(({ from, to }) => !allowed[layerOf(from)]?.includes(layerOf(to)))
      .map(({ from, to }) => `${relative(root, from)} imports ${relative(root, to)}`);
    expect(wrong).toEqual([]);
  });

  test("the server's pages do not know how the client reads them", () => {
    const wrong = arrows().filter(
      ({ from, to }) => layerOf(from) === "server" && /protocol\/(pages|actions|html|refusals|frames)/.test(to),
    );
    expect(wrong).toEqual([]);
  });

  test("the protocol does no I/O and has no clock", () => {
    const impure = sources(join(root, "protocol")).filter((path) =>
      /from "node:(fs|net|http|https|tls|child_process|timers)|\bDate\.now\(|new Date\(\)|setTimeout\(/.test(
        readFileSync(path, "utf8"),
      ),
    );
    expect(impure.map((path) => relative(root, path))).toEqual([]);
  });
});

test("a connection to anywhere but this machine fails in a test", async () => {
  const { Client } = await import("chatexchange-ts");
  await using chat = new Client("stackexchange.com", { timeoutMs: 2_000 });
  await expect(chat.getRoom(1).name).rejects.toMatchObject({
    code: "CONNECTION_LOST",
    cause: { message: expect.stringContaining("only loopback") },
  });
});
