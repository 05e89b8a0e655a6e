/** One page of a list, as the parameter `page` asks for; out of range means the nearest there is. */
import type { Params } from "../http/call.js";

export interface Page<T> {
  readonly shown: readonly T[];
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
}

export function pageOf<T>(params: Params, all: readonly T[], pageSize: number): Page<T> {
  const pageCount = Math.max(1, Math.ceil(all.length / pageSize));
  const page = Math.max(1, Math.min(pageCount, params.integer("page", 1)));
  return { shown: all.slice((page - 1) * pageSize, page * pageSize), page, pageCount };
}
