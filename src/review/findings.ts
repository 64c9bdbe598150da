import type { Detection } from '../core/detection.ts';
import { digestOf } from '../core/digest.ts';
import type { Finding, Replica } from '../core/finding.ts';
import type { Level, Rule } from '../core/rule.ts';
import type { KnownShape } from '../core/store.ts';

const SEVERITY: Readonly<Record<Level, number>> = { error: 3, warning: 2, note: 1 };
const CONFIDENCE = { high: 3, medium: 2, low: 1 } as const;

/** As many places of one mistake make it a pattern that is being copied, and raise its level by one. */
const REPLICATED = 3;

/**
 * What a rule's findings weigh here: policy's word, or the rule's own. `off` leaves them out. `holds` says whether such
 * a finding by itself would hold the merge, where that is known.
 */
export type Weigh = (
  detection: Detection,
  rule: Rule,
) => { readonly level: Level; readonly holds?: boolean | undefined } | 'off';

/** A detection with everything settled that the rule or policy settles. */
interface Settled extends Omit<Finding, 'handle' | 'replicas'> {
  readonly literal: string | undefined;
  /** Whether the rule tells of credentials that are written down (CWE-798). */
  readonly ofSecret: boolean;
  readonly family: Rule['family'];
  readonly holds: boolean;
}

export interface Numbered {
  readonly findings: readonly Finding[];
  /** Evidence digest → handle, with the new ones added: handles are never used twice in a pull request. */
  readonly handles: Readonly<Record<string, string>>;
}

/**
 * From what detectors found to what a report lists: levels settled, alike mistakes grouped, one finding a package
 * version, each with a handle that it keeps. Most severe first; equal ones by place.
 */
export function assembleFindings(
  detections: readonly Detection[],
  rules: ReadonlyMap<string, Rule>,
  weigh: Weigh,
  knownHandles: Readonly<Record<string, string>>,
  elsewhere: readonly KnownShape[],
): Numbered {
  const settled = settle(detections, rules, weigh);
  const merged = [...leadByPackage(settled.filter((each) => each.family === 'dependency' && each.purl !== undefined))];
  const others = settled.filter((each) => each.family !== 'dependency' || each.purl === undefined);
  const grouped = groupAlike(
    Map.groupBy(elsewhere, (each) => each.fingerprint),
    leadBySecret(others),
  );
  return number([...merged, ...grouped].sort(bySeverity), knownHandles);
}

function settle(detections: readonly Detection[], rules: ReadonlyMap<string, Rule>, weigh: Weigh): Settled[] {
  const seen = new Map<string, number>();
  return detections.flatMap((detection) => {
    const rule = rules.get(detection.ruleId);
    if (rule === undefined)
      throw new TypeError(`a finding names the rule ${detection.ruleId}, which is not registered`);
    const weight = weigh(detection, rule);
    if (weight === 'off') return [];
    // The same text twice in one file is two findings: a second copy must not ride on a signature for the first.
    const content = digestOf({ rule: rule.id, evidence: detection.evidence });
    const occurrence = seen.get(content) ?? 0;
    seen.set(content, occurrence + 1);
    const evidenceDigest =
      occurrence === 0 ? content : digestOf({ rule: rule.id, evidence: detection.evidence, occurrence });
    const { level: _level, confidence, critical, signable, preExisting, literal, ...rest } = detection;
    return [
      {
        ...rest,
        family: rule.family,
        level: weight.level,
        confidence: confidence ?? rule.confidence,
        critical: critical ?? rule.critical,
        signable: signable ?? rule.signable,
        preExisting: preExisting ?? false,
        evidenceDigest,
        holds: weight.holds ?? weight.level === 'error',
        literal,
        ofSecret: rule.cwe.includes(798),
        supporting: [],
      },
    ];
  });
}

/** One finding a package version: the most severe leads, the others are its evidence. */
function* leadByPackage(settled: readonly Settled[]): Iterable<Unnumbered> {
  const byPackage = new Map<string, Settled[]>();
  for (const each of settled) {
    const key = each.purl ?? '';
    byPackage.set(key, [...(byPackage.get(key) ?? []), each]);
  }
  for (const all of byPackage.values()) {
    const [lead, ...others] = [...all].sort(byLead);
    if (lead === undefined) continue;
    const blocking = others.filter((each) => each.holds || each.level === 'error');
    const places = all.flatMap((each) => (each === lead ? [] : [each.locations[0]]));
    yield {
      ...lead,
      locations: withoutRepeats([...lead.locations, ...places]),
      // What is signed is everything that would hold the merge, not the loudest of it alone.
      evidenceDigest:
        blocking.length === 0
          ? lead.evidenceDigest
          : digestOf({ lead: lead.evidenceDigest, with: blocking.map((each) => each.evidenceDigest).sort() }),
      signable: lead.signable && blocking.every((each) => each.signable),
      critical: lead.critical || blocking.some((each) => each.critical),
      advisoryIds: [...new Set(all.flatMap((each) => each.advisoryIds ?? []))],
      replicas: [],
      supporting: others
        .filter((each) => each.ruleId !== lead.ruleId)
        .map(({ ruleId, level, message }) => ({ ruleId, level, message })),
    };
  }
}

/** One finding a secret: the rule that knows its format leads, what others say of the same line is its evidence. */
function leadBySecret(settled: readonly Settled[]): readonly Settled[] {
  const byPlace = new Map<string, Settled[]>();
  for (const each of settled) {
    if (!each.ofSecret || each.preExisting) continue;
    const { path, startLine } = each.locations[0];
    const key = `${path}:${startLine}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), each]);
  }
  const led = new Map<Settled, readonly Settled[]>();
  for (const all of byPlace.values()) {
    // A finding that would hold the merge is never folded into one that would not.
    const known = all.filter(({ literal }) => literal !== undefined);
    const lead = known.find(({ holds }) => holds) ?? (all.some(({ holds }) => holds) ? undefined : known[0]);
    if (lead === undefined) continue;
    led.set(
      lead,
      all.filter((each) => each.ruleId !== lead.ruleId),
    );
  }
  const folded = new Set([...led.values()].flat());
  return settled
    .filter((each) => !folded.has(each))
    .map((each) => {
      const others = led.get(each) ?? [];
      const blocking = others.filter(({ holds, level }) => holds || level === 'error');
      if (others.length === 0) return each;
      return {
        ...each,
        evidenceDigest:
          blocking.length === 0
            ? each.evidenceDigest
            : digestOf({ lead: each.evidenceDigest, with: blocking.map((one) => one.evidenceDigest).sort() }),
        supporting: others.map(({ ruleId, level, message }) => ({ ruleId, level, message })),
      };
    });
}

/** The same mistake in several places is one finding with all its places, signed once. */
function* groupAlike(
  known: ReadonlyMap<string, readonly KnownShape[]>,
  settled: readonly Settled[],
): Iterable<Unnumbered> {
  const groups = new Map<string, Settled[]>();
  for (const each of settled) {
    // What is critical or cannot be signed is looked at one by one; what counts never joins what does not.
    const alone = each.critical || !each.signable ? each.evidenceDigest : '';
    const key = JSON.stringify([each.ruleId, each.fingerprint, each.level, each.confidence, each.preExisting, alone]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    const replicas: Replica[] = others.map(({ locations, evidenceDigest }) => ({ locations, evidenceDigest }));
    const here = others.length + 1;
    const shapes = first.family === 'code' ? (known.get(first.fingerprint) ?? []) : [];
    const places = shapes.reduce((sum, each) => sum + each.places, here);
    const replicated = places >= REPLICATED && !first.preExisting && first.family === 'code';
    yield {
      ...first,
      ...(replicated ? { level: raised(first.level) } : {}),
      message: replicated ? withPattern(first, places, shapes) : first.message,
      replicas,
    };
  }
}

/** Reports show this much of a message; what is added must not be what is cut off. */
const MESSAGE_LENGTH = 300;

/** Names the pattern, how often it stands, and where it first appeared. */
function withPattern({ message, locations: [at] }: Settled, places: number, shapes: readonly KnownShape[]): string {
  const pullRequests = new Set(shapes.map((each) => each.pullRequest)).size;
  const [first] = shapes;
  const others = pullRequests === 1 ? 'another pull request' : `${pullRequests} other pull requests`;
  const pattern =
    first === undefined
      ? ` replicated-pattern: the same stands in ${places} places, first in ${placeText(at.path, at.startLine)}.`
      : ` replicated-pattern: the same stands in ${places} places, with those of ${others} by agents, first in pull request ${first.pullRequest} (${placeText(first.path, first.line)}).`;
  const room = MESSAGE_LENGTH - pattern.length;
  return (message.length > room ? `${message.slice(0, room - 1)}…` : message) + pattern;
}

function placeText(path: string, line: number): string {
  return `${path.length > 60 ? `…${path.slice(-59)}` : path}:${line}`;
}

type Unnumbered = Omit<Finding, 'handle'> & Pick<Settled, 'family' | 'holds' | 'literal' | 'ofSecret'>;

function number(findings: readonly Unnumbered[], known: Readonly<Record<string, string>>): Numbered {
  const handles: Record<string, string> = { ...known };
  let last = Math.max(0, ...Object.values(known).map((handle) => Number(handle.slice(1))));
  const taken = new Set<string>();
  const numbered = findings.map(
    ({ family: _family, holds: _holds, literal: _literal, ofSecret: _ofSecret, ...finding }) => {
      // A group keeps the handle of any place that had one, so that a moved first place renames nothing.
      const digests = [finding.evidenceDigest, ...finding.replicas.map((each) => each.evidenceDigest)];
      const kept = digests.map((digest) => handles[digest]).find((each) => each !== undefined && !taken.has(each));
      const handle = kept ?? `F${++last}`;
      taken.add(handle);
      for (const digest of digests) handles[digest] = handle;
      return { ...finding, handle };
    },
  );
  return { findings: numbered, handles };
}

function raised(level: Level): Level {
  return level === 'note' ? 'warning' : 'error';
}

/** What holds the merge leads, or its level and confidence would be lost behind a mark that policy or doubt has lowered. */
function byLead(a: Settled, b: Settled): number {
  return (
    Number(b.holds) - Number(a.holds) ||
    SEVERITY[b.level] - SEVERITY[a.level] ||
    CONFIDENCE[b.confidence] - CONFIDENCE[a.confidence] ||
    Number(a.signable) - Number(b.signable) ||
    Number(b.critical) - Number(a.critical) ||
    compareText(a.ruleId, b.ruleId)
  );
}

function bySeverity(a: Unnumbered, b: Unnumbered): number {
  return (
    Number(a.preExisting) - Number(b.preExisting) ||
    Number(a.signable) - Number(b.signable) ||
    Number(b.critical) - Number(a.critical) ||
    SEVERITY[b.level] - SEVERITY[a.level] ||
    CONFIDENCE[b.confidence] - CONFIDENCE[a.confidence] ||
    compareText(a.locations[0].path, b.locations[0].path) ||
    a.locations[0].startLine - b.locations[0].startLine ||
    compareText(a.ruleId, b.ruleId)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function withoutRepeats(locations: readonly Finding['locations'][0][]): Finding['locations'] {
  const seen = new Set<string>();
  const kept = locations.filter(({ path, startLine }) => {
    const key = `${path}:${startLine}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const [first, ...rest] = kept;
  if (first === undefined) throw new TypeError('a finding has at least one place');
  return [first, ...rest];
}
