import { readdirSync } from 'node:fs';

interface Named {
  run(print: (line: string) => void): Promise<void>;
}

/**
 * Runs the modules of a folder that were named on the command line, or all of them, in the order of their names. A word
 * that names none stands for those whose names begin with it and a hyphen.
 */
export async function runNamed(folder: URL, word: string, wanted: readonly string[]): Promise<void> {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
    .map((file) => file.slice(0, -3))
    .sort();
  const meant = (asked: string) =>
    names.includes(asked) ? [asked] : names.filter((name) => name.startsWith(`${asked}-`));
  const unknown = wanted.filter((each) => meant(each).length === 0);
  if (unknown.length > 0) {
    console.error(`there is no ${word} ${unknown.join(', ')}; there are ${names.join(', ')}`);
    process.exit(2);
  }
  const chosen = new Set(wanted.length === 0 ? names : wanted.flatMap(meant));
  for (const name of names.filter((each) => chosen.has(each))) {
    console.log(`\n== ${name} ==`);
    const { run } = (await import(new URL(`${name}.ts`, folder).href)) as Named;
    await run((line) => console.log(line));
  }
  // Child processes and open sockets of a measured part must not keep the run alive.
  process.exit(process.exitCode ?? 0);
}
