/** Packs `dist` as it is, and installs the package in an empty folder. */
export function installPacked(...more: string[]): Promise<{ folder: string; remove(): Promise<void> }>;
