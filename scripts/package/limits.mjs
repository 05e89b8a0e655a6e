// Limits of the cost of an installation. docs/decisions/0014-bundled-libraries.md explains the figures.

/** Packages in node_modules, this one included. */
export const MAX_PACKAGES = 6;

/** Disk space of node_modules in megabytes, as `du` counts it. */
export const MAX_DISK_MB = 11;
