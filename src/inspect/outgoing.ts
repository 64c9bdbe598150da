import { sha256 } from '../core/digest.ts';
import type { OutgoingCall } from './detector.ts';
import { locationOf, tokensOf } from './evidence.ts';
import type { FileFacts } from './facts.ts';
import { unitAround } from './syntax.ts';

const MAX_CALLS = 200;

/**
 * Calls of functions from other files of the repository that are handed something from outside: where such a function
 * uses its parameter dangerously, the two halves are joined.
 * @param touched changed lines, or null where every line counts
 */
export function outgoingCalls(facts: FileFacts, touched: ReadonlySet<number> | null): readonly OutgoingCall[] {
  if (!/['"]\.\.?\/|^\s*from\s+[\w.]+\s+import/m.test(facts.program.text)) return [];
  const found: OutgoingCall[] = [];
  for (const call of facts.calls) {
    if (found.length >= MAX_CALLS) break;
    const from = call.origin;
    if (from === null || call.isNew) continue;
    const target = relativeImport(from);
    if (target === null) continue;
    call.arguments.forEach((argument, index) => {
      const flow = facts.flow(argument, 'data');
      if (flow === null || (flow.strength !== 'remote' && flow.strength !== 'local')) return;
      const steps = [...flow.steps, { node: call.node, message: `is handed to "${target.name}"` }];
      const locations = steps.map((step) => locationOf(facts.program, step.node, step.message));
      found.push({
        specifier: target.specifier,
        name: target.name,
        argument: index,
        strength: flow.strength,
        source: flow.source,
        locations,
        evidence: sha256(
          [facts.path, ...new Set(steps.map((step) => tokensOf(facts.program, unitAround(step.node))))].join('\n'),
        ),
        touched: touched === null || locations.some((each) => lineIn(each.startLine, each.endLine, touched)),
      });
    });
  }
  return found;
}

/** `./lib/run.exec` is the export `exec` of `./lib/run`; the module itself is its default export. */
function relativeImport(origin: string): { readonly specifier: string; readonly name: string } | null {
  const match = /^(\.{1,2}\/(?:[^/]*\/)*[^/.]+(?:\.(?:[cm]?[jt]sx?))?)(?:\.([\w.]+))?$/.exec(origin);
  if (match === null) return null;
  return { specifier: match[1] ?? '', name: match[2] ?? 'default' };
}

function lineIn(start: number, end: number, lines: ReadonlySet<number>): boolean {
  for (let line = start; line <= end; line += 1) if (lines.has(line)) return true;
  return false;
}
