import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECRET_FORMATS, secretsIn } from '../../../detectors/guardrail/support/secrets.ts';

const KEY = 'wJalrXUtnFEMIK7MDENGbPxRfiCYzQ9TgH2aLkVd';

describe('a format of credentials', () => {
  for (const { id, pattern, hint } of SECRET_FORMATS) {
    it(`${id}: whatever it matches has what is asked first`, () => {
      // Edges of words and what must not follow are conditions on the surroundings: no text is drawn from them.
      const core = pattern.source.replace(/\\b|\(\?![^)]*\)/g, '').replace(/\(\?<\w+>/g, '(?:');
      fc.assert(
        fc.property(fc.stringMatching(new RegExp(`^(?:${core})$`)), (match) => hint.test(match)),
        { numRuns: 50 },
      );
    });
  }

  const spelled = ['AWS_SECRET_ACCESS_KEY=', 'aws_secret_access_key = ', 'SecretAccessKey: ', 'SECRET_ACCESS_KEY="'];
  for (const name of spelled) {
    it(`is found behind ${name}`, () =>
      expect(secretsIn(`${name}${KEY}`).map(({ format, literal }) => [format.id, literal])).toEqual([
        ['aws-secret-key', KEY],
      ]));
  }

  it('is found once beside many words that look like the beginning of one', () => {
    const text = `gh pages, SK, key-value, xox, pat, ://host, eyJ\nconst a = 'npm_';\nAWS_SECRET_ACCESS_KEY=${KEY}\n`;
    expect(secretsIn(text).map(({ literal, index }) => [literal, index])).toEqual([[KEY, text.indexOf(KEY)]]);
  });
});
