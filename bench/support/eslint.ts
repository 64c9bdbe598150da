import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * A process of its own that lints the files named in a list with the security, sonarjs and no-unsanitized plugins, and
 * prints the CPU milliseconds of the linting alone: loading is not counted. The plugins are those of `bench/package.json`.
 */
interface Linter {
  verify(text: string, config: object, options: { readonly filename: string }): readonly unknown[];
}

const load = createRequire(join(import.meta.dirname, '../package.json'));
const { Linter: LinterClass }: { readonly Linter: new () => Linter } = load('eslint');
const security: { readonly configs: { readonly recommended: object } } = load('eslint-plugin-security');
const sonarjs: { readonly configs: { readonly recommended: object } } = load('eslint-plugin-sonarjs');
const unsanitized: { readonly configs: { readonly recommended: object } } = load('eslint-plugin-no-unsanitized');
const config = [security, sonarjs, unsanitized].map((plugin) => plugin.configs.recommended);

const [list = ''] = process.argv.slice(2);
interface Source {
  readonly path: string;
  readonly text: string;
}
const { warming, files }: { readonly warming: readonly Source[]; readonly files: readonly Source[] } = JSON.parse(
  readFileSync(list, 'utf8'),
);
const linter = new LinterClass();
for (const { text } of warming) linter.verify(text, config, { filename: 'warm.js' });
const before = process.cpuUsage();
let messages = 0;
for (const { path, text } of files)
  messages += linter.verify(text, config, { filename: path.replace(/.*\//, '') }).length;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ milliseconds: (user + system) / 1000, messages }));
