import { describe, expect, test } from 'vitest';
import { samplesOf, told } from '../../../eval/guardrail-lab.ts';

/** What the rules leave alone on purpose: see each reason. */
const LEFT_ALONE: ReadonlySet<string> = new Set([
  // Whoever may start a workflow by hand may also push to it.
  'bad workflow-injection: workflow_dispatch input in shell',
  // A group may as well hold GitHub's own larger machines.
  'bad self-hosted-runner-exposed: group',
  // Server settings outside the formats that are parsed.
  'bad open-network: redis without protection',
  // How every developer throws a local database away.
  'bad destructive-operation: volumes down',
  // A host that is set aside for examples.
  'bad plaintext-secret-in-config: pip index with a password',
]);

describe.each(['one', 'two', 'three'])('the laboratory, round %s', (round) => {
  const samples = samplesOf(round).map((sample) => ({ ...sample, found: told(sample) }));

  test('holds samples of every kind', () => {
    expect(samples.filter(({ rule }) => rule !== null).length).toBeGreaterThan(50);
    expect(samples.filter(({ rule }) => rule === null).length).toBeGreaterThan(30);
  });

  test('no bad sample passes without a word', () => {
    const silent = samples.filter(({ rule, found }) => rule !== null && found.length === 0);
    expect(silent.map(({ example }) => example.name).filter((name) => !LEFT_ALONE.has(name))).toEqual([]);
  });

  test('no harmless sample is flagged', () => {
    const flagged = samples.filter(({ rule, found }) => rule === null && found.length > 0);
    expect(flagged.map(({ example, found }) => [example.name, found[0]?.message])).toEqual([]);
  });

  test('no message carries more than 80 characters of the sample, nor one that nobody sees', () => {
    for (const { found } of samples) {
      for (const { message } of found) {
        const quoted = [...message.matchAll(/“([^”]*)”/g)].reduce((sum, match) => sum + (match[1]?.length ?? 0), 0);
        expect(quoted, message).toBeLessThanOrEqual(80);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }
    }
  });
});
