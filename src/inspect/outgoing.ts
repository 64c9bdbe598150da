import { sha256 } from '../core/digest.ts';
import { expected, hasMatch } from '../core/prefilter.ts';
import type { OutgoingCall } from './detector.ts';
import { locationOf, tokensOf } from './evidence.ts';
import type { FileFacts } from './facts.ts';
import type { Imports } from './imports.ts';
import { unitAround } from './syntax.ts';

const MAX_CALLS = 200;

/**
 * Calls of functions from other files of the repository that are handed something from outside: where such a function
 * uses its parameter dangerously, the two halves are joined.
 * @param wanted origins of the functions that use a parameter so, as this file has them
 * @param touched changed lines, or null where every line counts
 */
export function outgoingCalls(
  facts: FileFacts,
  wanted: readonly string[],
  touched: ReadonlySet<number> | null,
): readonly OutgoingCall[] {
  if (wanted.length === 0) return [];
  const origins = new Set(wanted);
  const found: OutgoingCall[] = [];
  for (const call of facts.calls()) {
    if (found.length >= MAX_CALLS) break;
    const from = call.origin;
    if (from === null || call.isNew || !origins.has(from)) continue;
    call.arguments.forEach((argument, index) => {
      const flow = facts.flow(argument, 'data');
      if (flow === null || (flow.strength !== 'remote' && flow.strength !== 'local')) return;
      const steps = [...flow.steps, { node: call.node, message: `is handed to "${call.name ?? 'another file'}"` }];
      const locations = [
        ...(flow.before ?? []),
        ...steps.map((step) => locationOf(facts.program, step.node, step.message)),
      ];
      found.push({
        origin: from,
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

function lineIn(start: number, end: number, lines: ReadonlySet<number>): boolean {
  for (let line = start; line <= end; line += 1) if (lines.has(line)) return true;
  return false;
}

/** Functions of other files of the repository that are called here, as this file has them. */
export function localCalls(facts: FileFacts, imports: Imports, aliases: readonly string[]): readonly string[] {
  const { text, dialect } = facts.program;
  if (!hasMatch(IMPORTS, text) && !aliases.some((alias) => text.includes(alias))) return [];
  const found = new Set<string>();
  for (const { origin, isNew } of facts.callsLike({ from: (each) => imports.reaches(each, dialect) })) {
    if (origin !== null && !isNew) found.add(origin);
    if (found.size >= MAX_CALLS) break;
  }
  return [...found];
}

const IMPORTS = expected(/['"](?:\.\.?|[@~])\/|^\s*(?:from\s+[\w.]+\s+)?import\s/m);
