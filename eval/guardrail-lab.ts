import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARDRAIL_DETECTORS, guardrailDetectorsFor } from '../detectors/guardrail/index.ts';
import type { Detection } from '../src/core/detection.ts';
import { CountersignError } from '../src/core/errors.ts';
import { type GuardrailCase, parseCases } from '../test/support/guardrail-fixtures.ts';

/**
 * Labelled samples that no rule was written from: round one was looked at while the rules were tuned, round two was
 * written afterwards and is only counted. A case is named `bad <rule>: what` or `good: what`.
 */
const LAB = join(import.meta.dirname, 'lab');

export interface Sample {
  readonly area: string;
  /** The rule that has to tell; null for a harmless sample. */
  readonly rule: string | null;
  readonly example: GuardrailCase;
}

export function samplesOf(round: string): readonly Sample[] {
  return readdirSync(join(LAB, round))
    .sort()
    .flatMap((file) =>
      parseCases(readFileSync(join(LAB, round, file), 'utf8')).map((example) => ({
        area: file.replace(/\.txt$/, ''),
        rule: /^bad ([a-z-]+):/.exec(example.name)?.[1] ?? null,
        example,
      })),
    );
}

/** What the rules say of a sample beyond notes; that an agent adds a workflow is true of many a harmless one. */
export function told({ example }: Pick<Sample, 'example'>): readonly Detection[] {
  const found: Detection[] = [];
  for (const subject of example.subjects) {
    for (const detector of guardrailDetectorsFor(subject)) {
      try {
        const answer = detector.detect(subject, example.context);
        if (answer.state === 'findings')
          found.push(...answer.detections.filter(({ level }) => (level ?? detector.rule.level) !== 'note'));
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error;
      }
    }
  }
  return found.filter(({ ruleId }) => ruleId !== 'workflow-added-by-agent');
}

/** 95 % interval of a proportion (Wilson 1927), in per cent. */
function wilson(part: number, whole: number): string {
  if (whole === 0) return '–';
  const z = 1.959964;
  const share = part / whole;
  const middle = (share + (z * z) / (2 * whole)) / (1 + (z * z) / whole);
  const half = (z / (1 + (z * z) / whole)) * Math.sqrt((share * (1 - share)) / whole + (z * z) / (4 * whole * whole));
  const percent = (value: number) => (value * 100).toFixed(1);
  return `${percent(share)} % [${percent(Math.max(0, middle - half))}–${percent(Math.min(1, middle + half))}] (${part}/${whole})`;
}

/** Recall and false alarms of both rounds. */
export async function run(print: (line: string) => void): Promise<void> {
  for (const round of ['one', 'two', 'three']) runRound(round, print, false);
}

/** Recall and false alarms by area; `all` also prints every miss and every false alarm. */
function runRound(round: string, print: (line: string) => void, all: boolean): void {
  const samples = samplesOf(round).map((sample) => ({ ...sample, found: told(sample) }));
  for (const area of [...new Set(samples.map((sample) => sample.area))]) {
    const own = samples.filter((sample) => sample.area === area);
    const bad = own.filter(({ rule }) => rule !== null);
    const good = own.filter(({ rule }) => rule === null);
    const byRule = bad.filter(({ rule, found }) => found.some(({ ruleId }) => ruleId === rule));
    const byAny = bad.filter(({ found }) => found.length > 0);
    const flagged = good.filter(({ found }) => found.length > 0);
    print(
      `lab ${round}, ${area}: told by the rule ${wilson(byRule.length, bad.length)}, by any rule ${wilson(byAny.length, bad.length)}, harmless flagged ${wilson(flagged.length, good.length)}`,
    );
    if (!all) continue;
    for (const { rule, example, found } of bad)
      if (!found.some(({ ruleId }) => ruleId === rule))
        print(
          `  missed: ${example.name}${found.length === 0 ? '' : ` (told by ${[...new Set(found.map(({ ruleId }) => ruleId))].join(', ')})`}`,
        );
    for (const { example, found } of flagged)
      for (const { ruleId, message } of found) print(`  false alarm: ${example.name}: ${ruleId}: ${message}`);
  }
  const rules = new Map(GUARDRAIL_DETECTORS.map(({ rule }) => [rule.id, 0]));
  for (const { rule } of samples) if (rule !== null) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  if (all) print(`  samples by rule: ${[...rules].map(([rule, count]) => `${rule} ${count}`).join(', ')}`);
}

if (import.meta.main) runRound(process.argv[2] ?? 'one', (line) => console.log(line), true);
