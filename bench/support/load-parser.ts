import { createRequire } from 'node:module';

/** A process that loads the parser and the grammars and nothing else, and says when it is ready. */
const load = createRequire(import.meta.url);
const Parser: new () => { setLanguage(language: unknown): void; parse(text: string): unknown } = load('tree-sitter');
const { tsx, typescript }: { readonly tsx: unknown; readonly typescript: unknown } = load('tree-sitter-typescript');
for (const language of [tsx, typescript, load('tree-sitter-python')]) {
  const parser = new Parser();
  parser.setLanguage(language);
  parser.parse('a');
}
process.stdout.write('ready');
