/** Posts to a path of the chat host that this package has no method for. */
import { UsageError } from "../errors/index.js";
import type { ObjectContext } from "../objects/context.js";
import { anyAction } from "../protocol/actions/account.js";
import type { ActionOptions } from "../sending/options.js";

/** The fields of a form, by name. */
export type FormFields = Readonly<Record<string, string | number>>;

/**
 * Posts a form, with the fkey added. Resolves to the parsed answer if it is JSON, otherwise to its text.
 * @throws {BAD_ARGUMENT} when the path does not start with a single `/`
 */
export function postAnything(
  { actions, session }: Pick<ObjectContext, "actions" | "session">,
  path: string,
  form: FormFields,
  options: ActionOptions,
): Promise<unknown> {
  const attempt = async (signal: AbortSignal): Promise<unknown> => {
    if (typeof path !== "string" || !/^\/(?!\/)/.test(path))
      throw new UsageError(`path must start with a single "/", not ${JSON.stringify(path)}`);
    const fields = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]));
    return session.call(anyAction(path, fields), { signal });
  };
  return actions.perform({ tried: `post to ${path}`, attempt }, options);
}
