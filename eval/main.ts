// `npm run eval [name …]`: every evaluation prints what it measured, with n and interval where it is a share.
import { readdirSync } from 'node:fs';

const wanted = process.argv.slice(2);
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -3))
  .sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`there is no evaluation ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of names.filter((each) => wanted.length === 0 || wanted.includes(each))) {
    console.log(`\n== ${name} ==`);
    const { run } = (await import(`./${name}.ts`)) as { run(print: (line: string) => void): Promise<void> };
    await run((line) => console.log(line));
  }
  process.exit(process.exitCode ?? 0);
}
