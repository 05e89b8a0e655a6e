export function versionProblem(
  current: string,
  next: string,
  isTagged: (version: string) => boolean,
): string | undefined;
export function changelogSection(changelog: string, name: string): string | undefined;
export function changelogProblem(changelog: string, version: string): string | undefined;
export function releasedChangelog(changelog: string, version: string, day: string): string;
export function packProblems(files: readonly string[]): string[];
