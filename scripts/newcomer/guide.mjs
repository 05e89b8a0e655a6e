// Reads the steps of a guide: what stands between <!-- newcomer --> and <!-- /newcomer -->.
//   ```sh                   commands; `in the clone`, `NAME terminal` and `no-run: REASON` may follow the language
//   ```ts, ```js, ```json   a file, named by a comment in its first line
//   ```text                 what the commands before it print; digits may differ, and an ellipsis stands for anything

/** The fenced blocks of a guide in order, as steps. */
export function stepsOf(markdown) {
  const part = /<!-- newcomer -->(.*)<!-- \/newcomer -->/s.exec(markdown)?.[1];
  if (part === undefined) throw new Error("the guide has no <!-- newcomer --> part");
  return [...part.matchAll(/^```(\w+) *(.*?)\n(.*?)^```$/gms)].map(([, language, note, text]) => {
    if (language === "sh") return { kind: "commands", text, ...placeOf(note) };
    if (language === "text") return { kind: "output", text };
    const name = /^\/\/ ([\w.-]+)\n/.exec(text)?.[1];
    if (!name) throw new Error(`a block of ${language} names no file:\n${text}`);
    return { kind: "file", name, text };
  });
}

function placeOf(note) {
  if (note === "") return { place: "here" };
  if (note === "in the clone") return { place: "clone" };
  if (/^\w+ terminal$/.test(note)) return { place: "terminal" };
  if (/^no-run: \S/.test(note)) return { place: "nowhere" };
  throw new Error(`nobody knows where to run "${note}"`);
}

/** Whether a program printed every expected line, in this order, with anything in between. */
export function isPrinted(expected, printed) {
  const lines = printed.split("\n");
  return expected
    .split("\n")
    .filter((line) => line.trim() !== "")
    .every((line) => {
      const at = lines.findIndex((candidate) => patternOf(line).test(candidate));
      lines.splice(0, at + 1);
      return at !== -1;
    });
}

function patternOf(line) {
  const escaped = line.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replace(/\d+/g, "\\d+").replaceAll("…", ".*"));
}
