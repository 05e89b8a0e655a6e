/** Keeps secrets out of anything that is shown. */

/** A URL without query values and fragment: tokens, keys and mail addresses travel there. */
export function redactedUrl(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return "(not a URL)";
  const names = [...new Set(parsed.searchParams.keys())];
  const path = parsed.pathname.replace(/\/[0-9a-f]{32,}(?=\/|$)/gi, "/…");
  return `${parsed.origin}${path}${names.length > 0 ? `?${names.join("&")}` : ""}`;
}
