export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly bytes: number;
}
/** The packages that npm installed in a folder, largest first. */
export function installedPackages(folder: string): InstalledPackage[];
/** The disk space of everything below a folder, as `du` counts it. */
export function diskBytesOf(folder: string): number;
