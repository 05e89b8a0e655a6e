// Draws what a terminal showed as an SVG: lines with ANSI styles, which appear one after the other. No font is embedded; every
// run of text is stretched to whole columns, so that any monospaced font lines up.

const COLUMN = 8.4;
const LINE = 20;
const FONT_SIZE = 14;
const MARGIN = 16;
const BAR = 36;

const BACKGROUND = "#0d1117";
const TEXT = "#e6edf3";
const COLORS = {
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
  90: "#8b949e",
  91: "#ffa198",
  92: "#aff5b4",
  93: "#f2cc60",
  94: "#a5d6ff",
  95: "#e2c5ff",
  96: "#56d4dd",
};
const PLAIN = { isBold: false, isDim: false, isItalic: false, color: undefined };

/** The style after one code of an SGR sequence. */
function styled(style, code) {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isDim: true };
  if (code === 3) return { ...style, isItalic: true };
  if (code === 22) return { ...style, isBold: false, isDim: false };
  if (code === 23) return { ...style, isItalic: false };
  if (code === 39) return { ...style, color: undefined };
  return COLORS[code] ? { ...style, color: COLORS[code] } : style;
}

/** The runs of one style in a line. */
export function runsOf(line) {
  const runs = [];
  let style = PLAIN;
  let column = 0;
  for (const [index, part] of line.split(/\u001b\[([\d;]*)m/).entries()) {
    if (index % 2 === 1) style = part.split(";").map(Number).reduce(styled, style);
    else if (part !== "") {
      runs.push({ text: part, column, style });
      column += [...part].length;
    }
  }
  return runs;
}

function escapeXml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function drawRun({ text, column, style }) {
  const shown = text.trimEnd();
  const indent = shown.length - shown.trimStart().length;
  const word = shown.trim();
  if (word === "") return "";
  const attributes = [
    `x="${round(MARGIN + (column + indent) * COLUMN)}"`,
    `textLength="${round([...word].length * COLUMN)}"`,
    style.isBold && 'font-weight="bold"',
    style.isItalic && 'font-style="italic"',
    (style.color ?? style.isDim) && `fill="${style.color ?? "#8b949e"}"`,
  ];
  return `<tspan ${attributes.filter(Boolean).join(" ")}>${escapeXml(word)}</tspan>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

/**
 * The SVG of lines, each of which appears at a time.
 * @param lines - each `{ text, atMs }`
 */
export function draw(lines, { columns, title, description }) {
  const width = Math.round(columns * COLUMN + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const drawn = lines.map(({ text, atMs }, index) => {
    const y = BAR + (index + 1) * LINE - 5;
    return `<text class="line" y="${y}" style="animation-delay:${round(atMs / 1000)}s">${runsOf(text).map(drawRun).join("")}</text>`;
  });
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
    (color, index) => `<circle cx="${20 + index * 20}" cy="18" r="6" fill="${color}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(description)}">
<style>
text { font: ${FONT_SIZE}px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: ${TEXT}; white-space: pre; }
.line { animation: appear 1ms both; }
@keyframes appear { from { opacity: 0; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .line { animation: none; } }
</style>
<rect width="${width}" height="${height}" rx="10" fill="${BACKGROUND}"/>
${dots.join("")}
<text x="${width / 2}" y="23" text-anchor="middle" style="fill:#8b949e">${escapeXml(title)}</text>
${drawn.filter((line) => line.includes("<tspan")).join("\n")}
</svg>
`;
}
