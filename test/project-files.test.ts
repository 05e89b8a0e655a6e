/** The files around the code: they parse, they name commands and files that exist, and they invent no address. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));

const manifest: { scripts: Record<string, string>; repository?: unknown } = JSON.parse(read("package.json"));
const github = below(".github");
const yamlFiles = github.filter((path) => path.endsWith(".yml"));
const jsonFiles = [".devcontainer/devcontainer.json", "typedoc.json", "knip.json", "biome.json", "tsconfig.json"];
const guides = ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "docs/releasing.md"];
const texts = [...github, ...guides, ".devcontainer/devcontainer.json", "docs/decisions/0014-bundled-libraries.md"];

interface Job {
  readonly uses?: string;
  readonly run?: string;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}
const workflows = new Map<string, { on: unknown; jobs: Record<string, Job> }>(
  yamlFiles.filter((path) => path.includes("workflows/")).map((path) => [path, parse(read(path))]),
);
const steps = [...workflows].flatMap(([path, { jobs }]) =>
  Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])].map((step) => ({ path, ...step }))),
);

describe("the files around the code", () => {
  test.each(yamlFiles)("%s is YAML without a warning", (path) => {
    const { errors, warnings } = parseDocument(read(path), { strict: true, uniqueKeys: true });
    expect([...errors, ...warnings]).toEqual([]);
  });

  test.each(jsonFiles)("%s is JSON", (path) => {
    expect(() => JSON.parse(read(path))).not.toThrow();
  });

  test("name npm scripts that package.json has", () => {
    const named = texts.flatMap((path) =>
      [...read(path).matchAll(/\bnpm run ([\w:-]+)/g)].map(([, script = ""]) => ({ path, script })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ script }) => !(script in manifest.scripts))).toEqual([]);
  });

  test("import only files that exist, also in a clone", () => {
    const programs = ["scripts", "bench", "examples", "test"].flatMap(below).filter((path) => /\.m?[jt]s$/.test(path));
    const imported = programs.flatMap((path) =>
      [...read(path).matchAll(/^(?:import|export) [^;]*?from "(\.[^"]+)"/gm)].map(([, file = ""]) => ({
        path,
        file: join(dirname(path), file),
      })),
    );
    expect(imported.length).toBeGreaterThan(100);
    const isBuilt = (file: string): boolean => file.startsWith("dist/");
    const exists = (file: string): boolean =>
      [file, file.replace(/js$/, "ts")].some((one) => existsSync(join(root, one)));
    expect(imported.filter(({ file }) => !isBuilt(file) && !exists(file))).toEqual([]);
  });

  test("name scripts, tests and folders that exist", () => {
    const named = texts.flatMap((path) =>
      [...read(path).matchAll(/\b((?:scripts|test|src|docs|etc|dist)\/[\w./-]*[\w/])/g)].map(([, file = ""]) => ({
        path,
        file,
      })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
  });

  test.each(guides)("%s links to files that exist", (path) => {
    const links = [...read(path).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !/^https:/.test(link) && !existsSync(join(root, dirname(path), link)));
    expect(missing).toEqual([]);
  });

  test("invent no address", () => {
    const known = /https:\/\/www\.contributor-covenant\.org\//;
    const addresses = texts.flatMap((path) =>
      [...read(path).matchAll(/https?:\/\/[^\s)"'`]+|[\w.+-]+@[\w-]+\.[a-z]{2,}/g)].map(([address]) => ({
        path,
        address,
      })),
    );
    expect(addresses.filter(({ address }) => !known.test(address))).toEqual([]);
  });
});

describe("the workflows", () => {
  test("use actions by major version, and workflows that exist", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(10);
    const wrong = used.filter((name) =>
      name.startsWith("./") ? !existsSync(join(root, name)) : !/^actions\/[\w-]+@v\d+$/.test(name),
    );
    expect(wrong).toEqual([]);
  });

  test("run Node of every supported major version", () => {
    const text = read(".github/workflows/test.yml");
    expect(text).toContain("node: [20, 22, 24, 26]");
    expect(text).toContain("npm run test:runtimes -- --steps");
  });

  test("request only read permissions, except to publish", () => {
    for (const path of workflows.keys()) expect(read(path)).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(read(".github/workflows/release.yml")).toContain("npm publish --provenance");
  });

  test("publish the folder that the docs are built into", () => {
    const { out }: { out: string } = JSON.parse(read("typedoc.json"));
    expect(read(".github/workflows/docs.yml")).toContain(`path: ${out}\n`);
  });

  test("insert no text of an event into a shell command", () => {
    const unsafe = steps.filter(({ run }) => run?.includes("${{"));
    expect(unsafe).toEqual([]);
  });
});

describe("the issue forms", () => {
  const forms = yamlFiles.filter((path) => path.includes("ISSUE_TEMPLATE/") && !path.endsWith("config.yml"));

  test.each(forms)("%s has the required keys of a form, and a unique id for each field", (path) => {
    const form: { name: string; description: string; body: { type: string; id?: string }[] } = parse(read(path));
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
    const fields = form.body.filter(({ type }) => type !== "markdown");
    const ids = fields.map(({ id }) => id);
    expect(ids.every((id) => id !== undefined)).toBe(true);
    expect(new Set(ids).size).toBe(fields.length);
    const types = ["markdown", "textarea", "input", "dropdown", "checkboxes"];
    expect(form.body.filter(({ type }) => !types.includes(type))).toEqual([]);
  });

  test("ask for the doctor's output and a recording", () => {
    for (const name of ["bug", "drift"]) {
      const text = read(`.github/ISSUE_TEMPLATE/${name}.yml`);
      expect(text).toContain("chatexchange doctor --json");
      expect(text).toContain("chatexchange doctor --record report.cassette");
    }
  });
});
