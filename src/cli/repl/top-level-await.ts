/** Top-level `await` for runtimes whose REPL lacks it: a line with `await` becomes an async function. */
import type { REPLEval } from "node:repl";
import { isRecord } from "../../protocol/values.js";
import { knowsTopLevelAwait } from "../../util/platform.js";

/** Evaluates code like `run`, with `await` on every runtime. */
export function withTopLevelAwait(run: REPLEval): REPLEval {
  if (knowsTopLevelAwait) return run;
  return function evaluate(code, context, file, done) {
    const tryNext = ([attempt, ...rest]: readonly string[]): void => {
      if (attempt === undefined) {
        run.call(this, code, context, file, done);
        return;
      }
      run.call(this, attempt, context, file, (error, promise) => {
        if (isRecord(error) && error.name === "SyntaxError") tryNext(rest);
        else if (error) done(error, undefined);
        else
          Promise.resolve(promise).then(
            (value) => done(null, value),
            (reason) => done(reason, undefined),
          );
      });
    };
    tryNext(/\bawait\b/.test(code) ? asFunctions(code) : []);
  };
}

/**
 * Rewrites a line as calls of an async function: as one expression, whose value is shown, or else as statements.
 * Declared names become properties of the global object, so that later lines know them.
 */
function asFunctions(code: string): string[] {
  const line = code.trim().replace(/;$/, "");
  const [declaration] = /^(?:const|let|var)\s+/.exec(line) ?? [];
  const expression = declaration === undefined ? `(${line}\n)` : `void (${line.slice(declaration.length)}\n)`;
  const statements = line.replace(/(^|;)\s*(?:const|let|var)\s+(?=[\w$]+\s*=)/g, "$1 ");
  return [`(async () => ${expression})()`, `(async () => { ${statements}\n})()`];
}
