import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../../detectors/code/index.ts';
import type { Detection } from '../../../src/core/detection.ts';
import { analyse } from '../../../src/inspect/analyse.ts';
import { TIMED } from '../../support/corpus.ts';
import { covers, labRounds, labSnippets, type Snippet } from '../../support/lab.ts';

/** What rules find at warning or above. */
function alarms({ path, text }: Snippet): readonly Detection[] {
  const file = { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' } as const;
  return analyse(file, CODE_DETECTORS).detections.filter((each) => {
    const rule = CODE_DETECTORS.find((detector) => detector.rule.id === each.ruleId)?.rule;
    return (each.level ?? rule?.level) !== 'note';
  });
}

describe.each(labRounds())('the %s round of the laboratory', (round) => {
  const snippets = labSnippets(round).filter((each) => !TIMED.has(each.ruleId));

  it('has its bad ones found by their rule, and a marked file nothing but its marks', () => {
    const wrong = snippets
      .filter((each) => each.bad)
      .flatMap((each) => {
        const found = alarms(each);
        const place = `${each.ruleId}:${each.line}`;
        const asked = each.flaws.filter((flaw) => !TIMED.has(flaw.ruleId));
        const missed = asked.filter((flaw) => !found.some((one) => covers(one, flaw)));
        const others = each.flaws.every(({ lines }) => lines.length > 0)
          ? found.filter((one) => !TIMED.has(one.ruleId) && !each.flaws.some((flaw) => covers(one, flaw)))
          : [];
        return [
          ...missed.map((flaw) => `missed ${place}+${flaw.lines.join('/')} ${flaw.ruleId}`),
          ...others.map((one) => `false ${place}+${one.locations[0].startLine} ${one.ruleId}`),
        ];
      });
    expect(wrong).toEqual([]);
  });

  it('has its corrected ones left alone by every rule', () => {
    const flagged = snippets.filter((each) => !each.bad && alarms(each).length > 0);
    expect(flagged.map(({ ruleId, line }) => `${ruleId}:${line}`)).toEqual([]);
  });
});
