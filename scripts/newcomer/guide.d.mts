/** One step of a guide. */
export type Step =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "output"; readonly text: string }
  | { readonly kind: "commands"; readonly text: string; readonly place: "here" | "clone" | "terminal" | "nowhere" };

export function stepsOf(markdown: string): Step[];
export function isPrinted(expected: string, printed: string): boolean;
