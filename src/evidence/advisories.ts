import type { PackageType } from '../core/dependency.ts';
import type { Advisory } from '../core/evidence.ts';
import { type Fact, known, knownValue, notApplicable, unavailable } from '../core/fact.ts';
import type { AdvisoryAnswer, AdvisorySource } from '../core/lookup.ts';
import type { DatedAnswer } from './cache.ts';
import { resolvedOf, type Subject } from './subject.ts';

/** Whether a version (null: it is not known which) is on the list of malicious versions; unavailable where there is no list yet. */
export type DenyList = (
  type: PackageType,
  name: string,
  version: string | null,
) => Promise<
  | { readonly state: 'known'; readonly listed: Advisory | null }
  | { readonly state: 'unavailable'; readonly reason: string }
>;

export interface AdvisoryFacts {
  readonly advisories: Fact<readonly Advisory[]>;
  readonly previousAdvisories: Fact<readonly Advisory[]>;
}

/**
 * Advisories of the version each change leads to, and of the one it leaves. The local list is asked for every name;
 * the public source never hears of a private one.
 */
export async function advisoriesOf(
  subjects: readonly Subject[],
  answers: readonly (DatedAnswer | null)[],
  sources: {
    readonly advisories: AdvisorySource | null;
    readonly denyList: DenyList | null;
    readonly offline: boolean;
    readonly now: number;
  },
  signal: AbortSignal,
): Promise<readonly AdvisoryFacts[]> {
  const wanted = subjects.map((subject, index) => resolvedOf(subject, answers[index] ?? null));
  const questions = subjects.flatMap((subject, index) => {
    if (!subject.lookedUp || subject.routed.state !== 'public') return [];
    if (sources.advisories?.covers(subject.change.type) === false) return [];
    const ask = (version: string | null) => ({ type: subject.change.type, name: subject.name, version });
    const previous = subject.change.previous?.version;
    return [
      { ...ask(wanted[index] ?? null), index, which: 'resolved' },
      ...(previous === undefined ? [] : [{ ...ask(previous), index, which: 'previous' }]),
    ];
  });
  const told = new Map<string, AdvisoryAnswer>();
  if (sources.advisories !== null && !sources.offline && questions.length > 0) {
    const replies = await sources.advisories.look(questions, signal);
    for (const [place, { index, which }] of questions.entries()) {
      const reply = replies[place];
      if (reply !== undefined) told.set(`${which} ${index}`, reply);
    }
  }

  const observedAt = new Date(sources.now).toISOString();
  const publicFact = (subject: Subject, key: string): Fact<readonly Advisory[]> => {
    if (!subject.lookedUp || subject.routed.state !== 'public') return notApplicable();
    // Declared absent by the operator: then only the local list speaks, and the evidence says so.
    if (sources.advisories === null) {
      return sources.denyList === null ? notApplicable() : known([], 'deny-list', observedAt);
    }
    if (!sources.advisories.covers(subject.change.type)) return notApplicable();
    const { source } = sources.advisories;
    if (sources.offline) return unavailable(source, 'offline', true);
    const answer = told.get(key);
    if (answer === undefined) return unavailable(source, 'no answer for this package', true);
    return answer.state === 'known'
      ? known(answer.advisories, source, observedAt)
      : unavailable(source, answer.reason, answer.transient);
  };

  return Promise.all(
    subjects.map(async (subject, index): Promise<AdvisoryFacts> => {
      const { change, name, lookedUp } = subject;
      const denied =
        lookedUp && sources.denyList !== null
          ? await sources.denyList(change.type, name, wanted[index] ?? null)
          : ({ state: 'known', listed: null } as const);
      const asked = publicFact(subject, `resolved ${index}`);
      return {
        advisories: withDenyList(asked, denied, observedAt),
        previousAdvisories:
          change.previous?.version === undefined ? notApplicable() : publicFact(subject, `previous ${index}`),
      };
    }),
  );
}

/** The list adds to what an advisory source says. Where it cannot be read, only malware that the other one knows is known. */
function withDenyList(
  asked: Fact<readonly Advisory[]>,
  denied: Awaited<ReturnType<DenyList>>,
  observedAt: string,
): Fact<readonly Advisory[]> {
  const others = knownValue(asked) ?? [];
  if (denied.state === 'known')
    return denied.listed === null ? asked : known([denied.listed, ...others], 'deny-list', observedAt);
  return others.some((each) => each.malicious) ? asked : unavailable('deny-list', denied.reason, true);
}
