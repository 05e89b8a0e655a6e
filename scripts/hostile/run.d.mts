export function runKind(
  kind: string,
  options: { readonly seed: number; readonly most?: number; readonly find?: string; readonly first?: number },
): Promise<{ readonly tried: number; readonly bad: readonly object[] }>;
