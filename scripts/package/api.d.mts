/** The public surface of dist: a report for each entry, and what has no doc comment. */
export function readApi(root: string): { reports: Map<string, string>; undocumented: string[] };
