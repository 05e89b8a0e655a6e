/** A line that breaks one of our rules of English. */
export interface Finding {
  readonly line: number;
  readonly rule: string;
  readonly text: string;
}

/** Every finding of our rules in one file. */
export function findings(file: string, content: string): Finding[];
/** The paths of our own texts in the repository. */
export function ownFiles(paths?: readonly string[]): string[];
