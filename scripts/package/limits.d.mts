export const MAX_PACKAGES: number;
export const MAX_DISK_MB: number;
