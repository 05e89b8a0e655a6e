/** A fixed seed: property tests run the same cases on every machine. `npm run hostile` runs new ones (FUZZ_SEED). */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? 20_261_122) });
