import { sha256 } from '../core/digest.ts';
import { locationOf, tokensOf } from './evidence.ts';
import type { FileFacts } from './facts.ts';
import type { ReturnedValue, UnfollowedCall } from './imports.ts';

/**
 * What exported functions of a file give back.
 * @param wanted names as they have them outside, each with a use
 * @param base the same file in the merge base; null where every line counts as the change's
 */
export function returnedValues(
  facts: FileFacts,
  wanted: readonly UnfollowedCall[],
  base: FileFacts | null,
): readonly ReturnedValue[] {
  return wanted.flatMap((call) => {
    const value = givenBy(facts, call);
    if (value === null) return [];
    const old = base === null ? null : givenBy(base, call);
    return [{ ...value, touched: old === null || summary(old) !== summary(value) }];
  });
}

type Value = Omit<ReturnedValue, 'touched'>;

function givenBy(facts: FileFacts, { origin: name, kind }: UnfollowedCall): Value | null {
  const fn = facts.exported(name);
  if (fn === null) return null;
  const { flow, passes, opens } = facts.returned(fn, kind);
  const locations = (flow?.steps ?? []).map((step) => locationOf(facts.program, step.node, step.message));
  return {
    name,
    kind,
    flow:
      flow === null
        ? null
        : { strength: flow.strength, source: flow.source, locations: [...(flow.before ?? []), ...locations] },
    passes,
    opens,
    evidence: sha256(`${facts.path}\n${tokensOf(facts.program, fn)}`),
  };
}

/** What counts of it for callers, and the code itself; not where it stands. */
function summary({ flow, passes, opens, evidence }: Value): string {
  return JSON.stringify([flow?.strength, flow?.source, passes, opens, evidence]);
}
