// The rules of a release: versions, the changelog, and the contents of the package. Pure: reads and changes nothing.

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$/;

/** Files without which the package does not work. */
const REQUIRED_FILES = [
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE-MIT",
  "LICENSE-APACHE",
  "dist/index.js",
  "dist/index.d.ts",
  "dist/bot/index.js",
  "dist/bot/index.d.ts",
  "dist/server/index.js",
  "dist/server/index.d.ts",
  "dist/testing/index.js",
  "dist/testing/index.d.ts",
  "dist/protocol/index.js",
  "dist/protocol/index.d.ts",
  "dist/cli/main.js",
  "dist/vendor/LICENSES.md",
];

/** All that may be in the package; anything else came in by mistake. */
const ALLOWED_FILES = [
  /^dist\/.+\.(?:js|d\.ts|css|svg|png|ico|md)$/,
  /^docs\/.+\.md$/,
  /^[A-Z-]+(?:\.md)?$/,
  /^package\.json$/,
];

/** The problem with releasing `next` when package.json has `current`; undefined if there is none. */
export function versionProblem(current, next, isTagged) {
  if (!VERSION.test(next)) return `"${next}" is not a version such as 1.2.3 or 1.2.3-beta.1`;
  const order = compareVersions(next, current);
  if (order < 0) return `${next} is lower than ${current} in package.json`;
  return order === 0 && isTagged(current) ? `${current} is released already; give a higher version` : undefined;
}

function compareVersions(a, b) {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  for (const part of [1, 2, 3]) if (left[part] !== right[part]) return Number(left[part]) - Number(right[part]);
  if (left[4] === right[4]) return 0;
  // A version with a suffix comes before the one without.
  return left[4] === undefined || (right[4] !== undefined && left[4] > right[4]) ? 1 : -1;
}

/** The changelog's text below the heading of a version, or of "Unreleased"; undefined when there is no such heading. */
export function changelogSection(changelog, name) {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`${name}\n`) || text.startsWith(`${name} - `));
  return section?.slice(section.indexOf("\n") + 1).trim();
}

/** The problem of the changelog with a release; undefined if there is none. */
export function changelogProblem(changelog, version) {
  if (changelogSection(changelog, version) !== undefined) return `CHANGELOG.md has a section ${version} already`;
  const text = changelogSection(changelog, "Unreleased");
  if (text === undefined) return 'CHANGELOG.md has no section "Unreleased"';
  return /^- /m.test(text) ? undefined : 'the section "Unreleased" of CHANGELOG.md lists nothing';
}

/** The changelog with what is unreleased under the version, and an empty section "Unreleased" above it. */
export function releasedChangelog(changelog, version, day) {
  return changelog.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} - ${day}`);
}

/** The files that the package lacks, and the files that it should not have. */
export function packProblems(files) {
  const missing = REQUIRED_FILES.filter((name) => !files.includes(name));
  const stray = files.filter((name) => !ALLOWED_FILES.some((pattern) => pattern.test(name)) || /\.test\./.test(name));
  return [
    ...missing.map((name) => `the package lacks ${name}`),
    ...stray.map((name) => `the package would contain ${name}`),
  ];
}
