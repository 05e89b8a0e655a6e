/** Responses of a proxy in front of the site: bare pages without the site's headers. */
import { UsageError } from "../errors/index.js";
import { checkCount, previewValue } from "../util/options.js";

/** The response of a proxy, for {@link Faults.proxy}. */
export interface ProxyAnswer {
  /** The HTTP status. 200 stands for a foreign page, such as a captive portal. @default 502 */
  readonly status?: number;
  /** The `Retry-After` header: seconds, a date, or a raw string. @default none */
  readonly retryAfter?: number | Date | string;
  /** The body. @default a page that names the status */
  readonly body?: string;
  /** The number of requests it applies to. @default 1 */
  readonly times?: number;
}

const TITLES: Readonly<Record<number, string>> = {
  200: "Welcome to our network",
  400: "Bad request",
  403: "Access denied",
  404: "Not found",
  408: "Request timed out",
  425: "Too early",
  429: "Too many requests",
  500: "Internal error",
  502: "Bad gateway",
  503: "Service unavailable",
  504: "Gateway timed out",
};

/** Builds the response. @throws {BAD_ARGUMENT} if the status or `retryAfter` is invalid */
export function proxyResponse({ status = 502, retryAfter, body }: ProxyAnswer): {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  checkCount("status", status, 200, 599);
  const text = body ?? ([204, 205, 304].includes(status) ? "" : page(status));
  const headers = {
    ...(text === "" ? {} : { "Content-Type": "text/html" }),
    ...(retryAfter === undefined ? {} : { "Retry-After": retryText(retryAfter) }),
  };
  return { status, body: text, headers };
}

function retryText(retryAfter: number | Date | string): string {
  if (retryAfter instanceof Date && !Number.isNaN(retryAfter.getTime())) return retryAfter.toUTCString();
  if (typeof retryAfter === "string") return retryAfter;
  if (typeof retryAfter === "number" && retryAfter >= 0) return String(retryAfter);
  throw new UsageError(`retryAfter must be a number of seconds, a Date or a string, not ${previewValue(retryAfter)}`);
}

function page(status: number): string {
  const title = TITLES[status] ?? "Something is wrong";
  const heading = status === 200 ? title : `${status} ${title}`;
  const text =
    status === 200
      ? "Please accept our terms of use before you go on."
      : "This page comes from a proxy between you and the site you requested.";
  return `<html>\r\n<head><title>${heading}</title></head>\r\n<body>\r\n<h1>${heading}</h1>\r\n<p>${text}</p>\r\n</body>\r\n</html>\r\n`;
}
