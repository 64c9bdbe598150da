import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../../detectors/code/index.ts';
import { analyse } from '../../../src/inspect/analyse.ts';
import { TIMED } from '../../support/corpus.ts';
import { labRounds, labSnippets, type Snippet } from '../../support/lab.ts';

/** Rules that find something at warning or above. */
function alarms({ path, text }: Snippet): readonly string[] {
  const file = { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' } as const;
  return analyse(file, CODE_DETECTORS)
    .detections.filter((each) => {
      const rule = CODE_DETECTORS.find((detector) => detector.rule.id === each.ruleId)?.rule;
      return (each.level ?? rule?.level) !== 'note';
    })
    .map((each) => each.ruleId);
}

describe.each(labRounds())('the %s round of the laboratory', (round) => {
  const snippets = labSnippets(round).filter((each) => !TIMED.has(each.ruleId));

  it('has its bad ones found by their rule', () => {
    const missed = snippets.filter((each) => each.bad && !alarms(each).includes(each.ruleId));
    expect(missed.map(({ ruleId, line }) => `${ruleId}:${line}`)).toEqual([]);
  });

  it('has its corrected ones left alone by every rule', () => {
    const flagged = snippets.filter((each) => !each.bad && alarms(each).length > 0);
    expect(flagged.map(({ ruleId, line }) => `${ruleId}:${line}`)).toEqual([]);
  });
});
