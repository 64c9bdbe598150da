import type { UnreadFile } from '../../../src/core/dependency.ts';
import type { Detection, MissingFact } from '../../../src/core/detection.ts';
import { sha256 } from '../../../src/core/digest.ts';
import type { Unknown } from '../../../src/core/finding.ts';
import type { Level, Rule } from '../../../src/core/rule.ts';

export const rule: Rule = {
  id: 'not-evaluated',
  family: 'engine',
  shortDescription: 'A part of the change could not be evaluated',
  help:
    'Something in this change stays unknown however often it is tried: a file that cannot be read or is over a limit, ' +
    'or a fact that this source never gives. Unknown is not safe, so a person looks at it and signs for it, or the ' +
    'cause is removed: mend the file, split it, or name a source that gives the fact.',
  level: 'error',
  confidence: 'high',
  critical: false,
  signable: true,
  cwe: [],
  requires: [],
  since: '0.1.0',
};

/** A file that was not read: bound to its content, so that another content asks again. */
export function unreadFile(file: UnreadFile): Detection {
  const line = file.line ?? 1;
  const said = withoutPath(file);
  return {
    ruleId: rule.id,
    message: `${file.path} could not be evaluated: ${said}.`,
    remediation: 'Mend or split the file, or look at it yourself and sign for it.',
    locations: [{ path: file.path, startLine: line, endLine: line, message: said }],
    fingerprint: sha256(`not-evaluated file ${file.path}`),
    evidence: { path: file.path, blob: file.blob ?? null, reason: file.reason },
  };
}

/** What reads a file names it as well; the finding has named it already, with its line. */
function withoutPath({ path, reason }: UnreadFile): string {
  const at = reason.indexOf(path);
  const rest = at < 0 ? null : /^(?::\d+)? cannot be read: (?:line \d+: )?/.exec(reason.slice(at + path.length));
  const said = rest === null ? reason : reason.slice(0, at) + reason.slice(at + path.length + rest[0].length);
  return said.replace(/\.$/, '');
}

/** A source that has not answered for so long that a person may sign for what it would have told. */
export function sourceStaysDown(unknown: Unknown): Detection {
  const path = unknown.subject.startsWith('pkg:') ? '.' : unknown.subject;
  return {
    ruleId: rule.id,
    message: `${unknown.source} still does not tell ${unknown.fact} of ${unknown.subject}: ${unknown.reason}.`,
    remediation:
      'Wait until the source answers, or look for yourself and sign for it; such a signature holds for 24 hours.',
    locations: [{ path, startLine: 1, endLine: 1, message: unknown.reason }],
    ...(unknown.subject.startsWith('pkg:') ? { purl: unknown.subject } : {}),
    fingerprint: sha256(`not-evaluated ${unknown.source} ${unknown.subject}`),
    evidence: {
      source: unknown.source,
      fact: unknown.fact,
      subject: unknown.subject,
      rules: unknown.ruleIds,
      down: true,
    },
  };
}

/** Whether a finding stands for what a source would have told, had it not been down. */
export function isDown(finding: Pick<Detection, 'ruleId' | 'evidence'>): boolean {
  return finding.ruleId === rule.id && finding.evidence['down'] === true;
}

/** What one source never gives, for all packages of the pull request at once: one finding, not one a package. */
export function factsNeverGiven(
  source: string,
  missing: readonly (MissingFact & { readonly ruleId: string; readonly location: Detection['locations'][0] })[],
  level: Level,
): Detection {
  const [first] = missing;
  if (first === undefined) throw new TypeError('a finding about missing facts needs at least one');
  const facts = [...new Set(missing.map((each) => each.fact))].sort();
  const subjects = [...new Set(missing.map((each) => each.subject))].sort();
  const rules = [...new Set(missing.map((each) => each.ruleId))].sort();
  const shown = subjects.slice(0, 5).join(', ');
  const more = subjects.length > 5 ? ` and ${subjects.length - 5} more` : '';
  return {
    ruleId: rule.id,
    level,
    message: `The source ${source} does not tell ${facts.join(', ')} of ${shown}${more}: ${first.reason}.`,
    remediation: `Not judged for that reason: ${rules.join(', ')}. Look the packages up yourself and sign for them, or name a source that tells.`,
    locations: [first.location, ...missing.slice(1, 50).map((each) => each.location)],
    ...(subjects.length === 1 && first.subject.startsWith('pkg:') ? { purl: first.subject } : {}),
    // What holds and what is only told are never grouped: a signature for one would be asked for the other.
    fingerprint: sha256(`not-evaluated source ${source}${level === 'error' ? '' : ' advisory'}`),
    evidence: { source, facts, subjects, rules },
  };
}
