/** `chatexchange doctor`: runs the checks, and with `--record FILE` records what the site answers. */
import { CassetteRecorder } from "../../cassette/recorder.js";
import { systemClock } from "../../util/clock.js";
import type { CliContext } from "../context.js";
import { runDoctor } from "../doctor/index.js";
import { describeReplaced } from "../output/describe-replaced.js";
import { type Flags, textFlag } from "../table/arguments.js";
import { version } from "../version.js";

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const file = textFlag(flags, "record");
  if (file === undefined) return runDoctor(context);
  const { site } = await context.target();
  let trouble: string | undefined;
  const recorder = new CassetteRecorder({
    file,
    site,
    clock: systemClock,
    by: `chatexchange-ts ${version()}`,
    notice(text) {
      trouble = text;
      context.note(`chatexchange: ${text}`);
    },
  });
  const code = await runDoctor(context, { recorder }).finally(() => recorder.close());
  const { requests, frames, replaced } = recorder.counts;
  if (context.json) {
    await context.printJson({ cassette: file, requests, frames, replaced, ...(trouble ? { trouble } : {}) });
    return code;
  }
  if (trouble !== undefined) return code;
  const many = `${requests} requests and ${frames} ${frames === 1 ? "frame" : "frames"}`;
  await context.print(`\nRecorded ${many} in ${file}. Replaced: ${describeReplaced(replaced)}.`);
  await context.print(`Review it before you share it: chatexchange cassette ${file}`);
  return code;
}
