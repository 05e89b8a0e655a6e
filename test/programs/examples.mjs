// Runs compiled examples one after the other, each under a line with its name.
for (const name of process.argv.slice(2)) {
  console.log(`== ${name}`);
  await import(new URL(`../../build/examples/${name}.js`, import.meta.url).href);
}
