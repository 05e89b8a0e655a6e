import { describe, expect, it } from "vitest";
import { ThrottledError } from "../errors/index.js";
import { failureOfSentence, refusalOf } from "./refusals.js";

const nines = "9".repeat(400);

function answer(body: string): Parameters<typeof refusalOf>[0] {
  return { status: 409, url: "https://chat.example/x", headers: {}, body, host: "chat.example" };
}

describe("a refusal", () => {
  it("has the time to wait", () => {
    const failure = refusalOf(answer("You can perform this action again in 3 seconds."), {});
    expect(failure).toBeInstanceOf(ThrottledError);
    expect(failure).toMatchObject({ code: "THROTTLED", waitMs: 3000 });
  });

  it.each(["do not", "don't", "don’t", "does not"])(
    "takes a sentence with '%s have permission' for FORBIDDEN",
    (verb) => {
      expect(failureOfSentence(`You ${verb} have permission to do that`, {})?.code).toBe("FORBIDDEN");
    },
  );

  it.each([
    [`You can perform this action again in ${nines} seconds.`, "REFUSED"],
    [`<p>You can perform this action again in ${nines} seconds.</p>`, "REFUSED"],
    [`The room is in timeout, ending in ${nines} seconds`, "ROOM_TIMEOUT"],
  ])("never makes anyone wait forever (%#)", (body, code) => {
    const failure = refusalOf(answer(body), {});
    expect(failure?.code).toBe(code);
    expect(Object.values({ ...failure })).not.toContain(Number.POSITIVE_INFINITY);
  });
});
