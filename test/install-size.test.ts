/** The cost of an installation: few packages, few megabytes, and bundled libraries of the locked versions. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diskBytesOf, installedPackages } from "../scripts/package/installed.mjs";
import { MAX_DISK_MB, MAX_PACKAGES } from "../scripts/package/limits.mjs";
import { installPacked } from "../scripts/tools/packed.mjs";
import { IS_RELEASE } from "./sizes.js";

const root = resolve(import.meta.dirname, "..");
const vendor = join(root, "dist/vendor");
const licenses = readFileSync(join(vendor, "LICENSES.md"), "utf8");

describe.runIf(IS_RELEASE)("the packed package in an empty folder", () => {
  let folder = "";
  let remove: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    ({ folder, remove } = await installPacked());
  }, 120_000);
  afterAll(() => remove?.());

  test(`installs at most ${MAX_PACKAGES} packages`, () => {
    const names = installedPackages(folder).map(({ name }) => name);
    expect(names.sort()).toEqual(["chatexchange-ts", "tldts", "tldts-core", "tough-cookie", "undici", "ws"]);
    expect(names.length).toBeLessThanOrEqual(MAX_PACKAGES);
  });

  test(`takes at most ${MAX_DISK_MB} MB on disk`, () => {
    expect(diskBytesOf(join(folder, "node_modules")) / 1_000_000).toBeLessThanOrEqual(MAX_DISK_MB);
  });

  test("contains the licenses of the bundled libraries, and no decision records or pictures", () => {
    const home = join(folder, "node_modules/chatexchange-ts");
    expect(readFileSync(join(home, "dist/vendor/LICENSES.md"), "utf8")).toBe(licenses);
    const docs = readdirSync(join(home, "docs"), { recursive: true, encoding: "utf8" });
    expect(docs.filter((name) => name.startsWith("decisions") || /\.(?:png|svg)$/.test(name))).toEqual([]);
  });
});

describe("the bundled libraries", () => {
  test("have the versions of package-lock.json", () => {
    const { packages }: { packages: Record<string, { version?: string }> } = JSON.parse(
      readFileSync(join(root, "package-lock.json"), "utf8"),
    );
    const locked = new Set(
      Object.entries(packages).map(([path, { version }]) => `${path.split("node_modules/").at(-1)} ${version}`),
    );
    const bundled = [...licenses.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(bundled.length).toBeGreaterThan(10);
    expect(bundled.filter((name) => name === undefined || !locked.has(name))).toEqual([]);
  });

  test("each come with a license text", () => {
    const sections = licenses.split(/^## /m).slice(1);
    expect(sections.filter((text) => !/```text\n[\s\S]{200,}\n```/.test(text))).toEqual([]);
  });

  test("import nothing but Node's own modules and each other", () => {
    const files = readdirSync(vendor, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
    const imported = files.flatMap((name) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(vendor, name), "utf8"), true, true);
      return importedFiles.map(({ fileName }) => fileName);
    });
    expect(imported.length).toBeGreaterThan(3);
    expect(imported.filter((specifier) => !/^(?:node:|\.)/.test(specifier))).toEqual([]);
  });
});
