import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHcl } from '../../../detectors/guardrail/support/hcl.ts';
import { neutral, QUOTE_LIMIT, quote } from '../../../detectors/guardrail/support/quote.ts';
import { withinQuota } from '../../../detectors/guardrail/support/report.ts';
import { endsInCrc32 } from '../../../detectors/guardrail/support/secrets.ts';
import { neutralizeTemplate } from '../../../detectors/guardrail/support/template.ts';
import { describeBinary } from '../../../src/core/documents/binary.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { committedSchema, generatedSchemas } from '../../support/guardrail-schemas.ts';
import { readersIn } from '../../support/readings/reading.ts';
import { READINGS } from '../../support/readings/readings.ts';

const READERS = await readersIn(join(import.meta.dirname, '../../..'));

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('a quotation', () => {
  test('of any text is short, on one line, and shows no character that nobody sees', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (any) => {
        const quoted = quote(any);
        expect(quoted.length).toBeLessThanOrEqual(QUOTE_LIMIT);
        expect(quoted).not.toMatch(UNSEEN);
        expect(quoted.slice(1, -1)).not.toMatch(/[“”]/);
      }),
    );
  });

  test('writes a hidden character out', () => {
    expect(neutral('a\u202eb')).toBe('a<U+202E>b');
  });

  test('shares the limit with the others of its message', () => {
    const message = withinQuota(`x “${'a'.repeat(70)}” y “${'b'.repeat(70)}” z “short”`);
    const quoted = [...message.matchAll(/“([^”]*)”/g)].map((found) => found[1] ?? '');
    expect(quoted.join('').length).toBeLessThanOrEqual(80);
    expect(quoted[2]).toBe('short');
  });
});

describe('the reading of', () => {
  test.each(READINGS.map((reading) => [reading.name, reading] as const))('%s', (_name, { says, expected }) => {
    expect(says(READERS)).toBe(expected);
  });
});

describe('HCL', () => {
  test('reads any text to an end or says where it fails', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            '=',
            '"',
            '{',
            '}',
            '[',
            ']',
            '(',
            ')',
            '\n',
            ' ',
            '$',
            '<',
            ',',
            '#',
            '/',
            '*',
            '.',
            ':',
            '?',
          ),
          maxLength: 60,
        }),
        (source) => {
          try {
            parseHcl(source, 'a.tf');
          } catch (error) {
            expect(error).toBeInstanceOf(CountersignError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('a template loses its directives and keeps every offset', () => {
  const source = 'a: {{ .x }}\n{{- if y }}\nb: <%= z %>\n{% c %}\n';
  const plain = neutralizeTemplate(source);
  expect(plain.length).toBe(source.length);
  expect(plain).not.toMatch(/\{\{|\{%|<%/);
  expect(plain.split('\n').length).toBe(source.split('\n').length);
});

test("GitHub's checksum tells an issued token from a made-up one", () => {
  const body = '0'.repeat(30);
  expect(endsInCrc32(`ghp_${body}2C8GjS`)).toBe(true);
  expect(endsInCrc32(`ghp_${body}000000`)).toBe(false);
});

test('a binary is described by its first bytes, its digest and its texts', () => {
  const bytes = Buffer.concat([
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
    Buffer.from('a hidden text inside'),
    Buffer.from([0, 1, 2]),
  ]);
  expect(describeBinary(bytes)).toMatchObject({ format: 'elf', size: bytes.length, text: ['a hidden text inside'] });
});

test('the known configuration keys are those of the installed packages', () => {
  for (const [name, content] of generatedSchemas()) expect(committedSchema(name)).toBe(content);
});
