/** Cuts the page of a list that the parameter `page` requests; a number out of range is clamped. */
import type { ViewParams } from "./view-context.js";

export interface Page<T> {
  readonly shown: readonly T[];
  /** The number of the page, from 1. */
  readonly page: number;
  readonly pageCount: number;
}

export function pageOf<T>(params: ViewParams, all: readonly T[], pageSize: number): Page<T> {
  const pageCount = Math.max(1, Math.ceil(all.length / pageSize));
  const page = Math.max(1, Math.min(pageCount, params.integer("page", 1)));
  return { shown: all.slice((page - 1) * pageSize, page * pageSize), page, pageCount };
}
