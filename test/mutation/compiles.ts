import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Mutant } from './instrument.ts';

/**
 * Whether a mutant passes the type checker. One that does not is noticed before any test runs (a `=== null` in front of
 * a use, above all), so it counts neither for the tests nor against them, as with Stryker's TypeScript checker.
 * @param root the repository's root, with its tsconfig.json
 */
export function createCompiler(root: string): (mutant: Mutant) => boolean {
  const read = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const config = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  const changed = new Map<string, { readonly text: string; readonly version: number }>();
  let version = 0;
  const roots = new Set<string>();
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({
      ...config.options,
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
    }),
    getScriptFileNames: () => [...roots],
    getScriptVersion: (name) => String(changed.get(name)?.version ?? 0),
    getScriptSnapshot: (name) => {
      const text = changed.get(name)?.text ?? ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
  });

  return (mutant) => {
    const name = join(root, mutant.path);
    const text = readFileSync(name, 'utf8');
    roots.add(name);
    version += 1;
    const mutated = `${text.slice(0, mutant.start)}(${mutant.replacement})${text.slice(mutant.end)}`;
    changed.set(name, { text: mutated, version });
    const errors = service.getSemanticDiagnostics(name);
    version += 1;
    changed.set(name, { text, version });
    return errors.length === 0;
  };
}
