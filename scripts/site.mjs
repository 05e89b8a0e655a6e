// Builds the site into build/site: README, guides, and the reference from the doc comments of every public entry.
//   npm run docs
// A warning of TypeDoc fails the build. Links to sources and the address of the site come from package.json (`repository`,
// `homepage`); while it has none, the site has none.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, TSConfigReader, TypeDocReader } from "typedoc";
import { load } from "./site/plugin.mjs";
import { writeSources } from "./site/sources.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { name, version, homepage, repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** Options that depend on where the repository and the site are. */
function placeOptions() {
  const url = (repository?.url ?? repository)?.replace(/^git\+|\.git$/g, "");
  return {
    disableSources: !url,
    ...(url && { navigationLinks: { Source: url }, sourceLinkTemplate: `${url}/blob/v${version}/{path}#L{line}` }),
    ...(homepage && { hostedBaseUrl: homepage }),
  };
}

/** A page that stands alone: a server shows it at any address, so links within the site would break. */
function notFoundPage() {
  const home = homepage ? new URL(homepage).pathname : "./index.html";
  return readFileSync(join(ROOT, "scripts/site/404.html"), "utf8").replaceAll("HOME", home);
}

async function buildSite() {
  const sources = join(ROOT, "build/site-sources");
  const { readme, documents } = writeSources(ROOT, sources);
  const app = await Application.bootstrap(
    { options: join(ROOT, "typedoc.json"), readme, projectDocuments: documents, ...placeOptions() },
    [new TypeDocReader(), new TSConfigReader()],
  );
  load(app, name);
  const project = await app.convert();
  if (project) app.validate(project);
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) return false;
  const out = app.options.getValue("out");
  rmSync(out, { recursive: true, force: true });
  await app.generateOutputs(project);
  writeFileSync(join(out, "404.html"), notFoundPage());
  rmSync(sources, { recursive: true });
  return !app.logger.hasErrors() && !app.logger.hasWarnings();
}

process.exitCode = (await buildSite()) ? 0 : 1;
