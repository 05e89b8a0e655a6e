/** The steps of another client: its requests, and the expected responses, exact or as a pattern. */
import { expect } from "vitest";
import type { WireHeaders, WireStage } from "./foreign-wire.js";

type Somebody = "owner" | "guest" | "nobody";

/** A request, and the expected status and body, exact or as a pattern. */
export type Exchange = readonly [
  who: Somebody,
  line: string,
  body: string | undefined,
  answer: string | RegExp,
  headers?: WireHeaders,
];
export type Step = Exchange | ((stage: WireStage) => unknown);

/** The expected headers of the last response. */
export const header =
  (who: Somebody, name: string, value: string) =>
  (stage: WireStage): void =>
    expect(stage[who].headers[name]).toBe(value);

/** A form as `fetch(url, { body: new FormData(…) })` sends it, with the fkey of that person. */
export function formData(who: Somebody, line: string, fields: Record<string, string>, answer: string | RegExp): Step {
  return async (stage) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...fields, fkey: stage[who].fkey })) form.append(name, value);
    const made = new Response(form);
    const body = Buffer.from(await made.arrayBuffer());
    const got = await stage[who].send(line, body, { "content-type": made.headers.get("content-type") });
    compare(`${line} ${JSON.stringify(fields)}`, got, answer);
  };
}

/** Runs the steps in order. */
export async function takeSteps(stage: WireStage, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (typeof step === "function") {
      await step(stage);
      continue;
    }
    const [who, line, body, answer, headers] = step;
    compare(`${line} ${body ?? ""}`, await stage[who].send(line, body, headers), answer);
  }
}

function compare(asked: string, got: string, answer: string | RegExp): void {
  if (typeof answer === "string") expect(`${asked} => ${got}`).toBe(`${asked} => ${answer}`);
  else expect(got, asked).toMatch(answer);
}
