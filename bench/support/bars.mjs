// Bars: the limits that a figure is held to.

/**
 * A limit for a figure's ratio, or for our own number.
 * @param what - "ratio" or "ours"
 * @param sign - "<", "<=", ">" or ">="
 */
export function bar(what, sign, limit, unit = "x") {
  const compare = { "<": (a) => a < limit, "<=": (a) => a <= limit, ">": (a) => a > limit, ">=": (a) => a >= limit };
  return {
    text: `${sign} ${limit.toLocaleString("en-US")} ${unit}`,
    holds: (result) => compare[sign](result[what]),
  };
}

/** For a figure without a promised limit. */
export const NO_BAR = { text: "no bar", holds: () => true };
