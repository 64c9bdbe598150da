import type { InspectedFile, InspectionRequest } from '../core/inspection.ts';
import { runByName } from '../core/run-by-name.ts';
import type { GoneFile } from './gone.ts';

/** Removed with its application: there is nothing left that the file would have run in front of. */
const APPLICATIONS = ['package.json', 'project.json'];

/**
 * Files that a framework ran by their name in the base and that the head has not got there, removed or renamed away.
 * Modules that others import need no such look: whoever removes one has to change those who used it, and they are compared.
 */
export function goneByName({ files, context, scope }: InspectionRequest): readonly GoneFile[] {
  if (scope !== 'change') return [];
  const removed = new Set(context.removedPaths);
  return files.flatMap(({ before, after }) => {
    const was = before === null ? null : runByName(before.path);
    if (before === null || was === null || after?.path === before.path || before.mode === '120000') return [];
    if (APPLICATIONS.some((name) => removed.has(`${was.root}${name}`))) return [];
    // The very same file, still run.
    if (after !== null && after.text === before.text && isIn(was.slot, after.path)) return [];
    return [{ before, successors: successorsIn(was.slot, files) }];
  });
}

function successorsIn(slot: string, files: readonly InspectedFile[]): GoneFile['successors'] {
  return files.flatMap(({ before, after }) => {
    // What ran there before and still does took nothing over, unless it changed.
    if (after === null || !isIn(slot, after.path) || after.mode === '120000') return [];
    const stayed = before !== null && isIn(slot, before.path);
    return [{ ...after, formerly: stayed ? before : null }];
  });
}

function isIn(slot: string, path: string): boolean {
  return runByName(path)?.slot === slot;
}
