import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { FileFacts } from '../../../src/inspect/facts.ts';
import { report } from './rule.ts';

/** Words in a comment that silence a security check (documentation of the tools named). */
const SILENCERS: readonly (readonly [RegExp, string])[] = [
  [
    /eslint-disable(?:-next-line|-line)?\b[^\n]*\b(?:security|no-unsanitized|no-secrets|sonarjs|no-eval|no-implied-eval|no-new-func|no-script-url|react\/no-danger|xss|scanjs|detect-[a-z-]+)/i,
    'a security lint is silenced',
  ],
  [/biome-ignore\s+lint\/(?:security|suspicious\/noGlobalEval)/, 'a security lint is silenced'],
  [/\bnosem(?:grep)?\b/, 'a security scan is silenced'],
  [/#\s*nosec\b/, 'a security lint is silenced'],
  [/\bNOSONAR\b/, 'a security scan is silenced'],
  [/(?:codeql|lgtm)\s*\[/, 'a security scan is silenced'],
  [/#\s*noqa:[^\n]*\bS\d{3}\b/, 'a security lint is silenced'],
  [
    /snyk:ignore|trufflehog:ignore|gitleaks:allow|pragma:\s*allowlist\s+secret|checkov:skip|tfsec:ignore|trivy:ignore|kics-scan\s+ignore|deepcode\s+ignore/i,
    'a security scan is silenced',
  ],
  [/istanbul ignore[^\n]*(?:auth|security|permission)/i, 'a security path is left out of the tests'],
];

/** Any of them, in either case: most files have none. */
const SILENCER = expected(new RegExp(SILENCERS.map(([{ source }]) => source).join('|'), 'i'));

/** Comments that silence a security check. */
export function comments(facts: FileFacts): readonly Detection[] {
  if (!hasMatch(SILENCER, facts.program.text)) return [];
  return facts.nodes('comment').flatMap((node) => {
    const text = facts.text(node);
    if (!SILENCER.test(text)) return [];
    const found = SILENCERS.find(([pattern]) => pattern.test(text));
    return found === undefined
      ? []
      : [
          report(
            facts,
            node,
            `By this comment ${found[1]}.`,
            'Fix what the check found, or let a person except it in the policy.',
            'warning',
          ),
        ];
  });
}
