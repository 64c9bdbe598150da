import type { LocalRegistry } from '../../test/support/verdaccio.ts';

/** A repository of so many files in a few folders, and a manifest without dependencies. */
export function shop(files: number): Record<string, string> {
  return changeOf('before', files, []);
}

/** Every file of the first so many with new content, and a manifest that asks for these packages. */
export function changeOf(word: string, files: number, packages: readonly string[]): Record<string, string> {
  const sources = Array.from({ length: files }, (_, index) => [
    `src/part-${index % 3}/file-${index}.ts`,
    `export function ${word}${index}(value: number): number {\n  return value + ${index};\n}\n`,
  ]);
  return { ...Object.fromEntries(sources), 'package.json': manifest(packages) };
}

function manifest(names: readonly string[]): string {
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']));
  return `${JSON.stringify({ name: 'shop', version: '1.0.0', dependencies }, null, 2)}\n`;
}

/** Publishes packages of long ago, about which there is nothing to say, and gives their names. */
export async function publishPackages(registry: LocalRegistry, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `package-${index}`);
  const date = '2015-01-01T00:00:00.000Z';
  for (const name of names) {
    await registry.publish({ name, version: '1.0.0' });
    await registry.backdate(name, date, { '1.0.0': date });
  }
  return names;
}
