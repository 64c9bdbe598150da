import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountersignError } from '../../src/core/errors.ts';
import { scanJson } from '../../src/ecosystems/json-scan.ts';
import { mutated, randomOf } from '../fuzz/mutate.ts';

type Built = string | number | boolean | null | Built[] | Map<string, Built>;

/** The value that the scan's events describe, or `refused`. */
function scanned(text: string): Built | 'refused' {
  const open: { readonly value: Built[] | Map<string, Built>; key: string }[] = [];
  let root: Built = null;
  const add = (value: Built): void => {
    const parent = open.at(-1);
    if (parent === undefined) root = value;
    else if (parent.value instanceof Map) parent.value.set(parent.key, value);
    else parent.value.push(value);
  };
  const begin = (value: Built[] | Map<string, Built>): void => {
    add(value);
    open.push({ value, key: '' });
  };
  const end = (): void => {
    open.pop();
  };
  try {
    scanJson(text, 'x.json', {
      onObjectBegin: () => begin(new Map()),
      onArrayBegin: () => begin([]),
      onObjectEnd: end,
      onArrayEnd: end,
      onProperty: (key) => {
        const parent = open.at(-1);
        if (parent !== undefined) parent.key = key;
        return true;
      },
      onLiteral: add,
    });
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return 'refused';
    throw error;
  }
  return root;
}

/** What `JSON.parse` makes of it. */
function parsed(text: string): Built | 'refused' {
  try {
    return ownOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return 'refused';
    throw error;
  }
}

function ownOf(value: unknown): Built {
  if (Array.isArray(value)) return value.map(ownOf);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, ownOf(inner)]));
  }
  return value as Built;
}

function sorted(value: Built): unknown {
  if (value instanceof Map) return [...value].map(([key, inner]) => [key, sorted(inner)]).sort();
  return Array.isArray(value) ? value.map(sorted) : value;
}

describe('the scan of a JSON text', () => {
  it('sees what JSON.parse sees, in any text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(sorted(scanned(spaced) as Built)).toEqual(sorted(parsed(spaced) as Built));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('refuses exactly what JSON.parse refuses', () => {
    const random = randomOf(11);
    const text =
      '{"a":[1,-0.5e+3,true,false,null,"x\\u00e9\\n\\"y"],\r\n\t"version": "1.0.0", "long text, kept by reference": {"":{}}, "l":[[],{}]}';
    for (let round = 0; round < 20_000; round += 1) {
      const broken = mutated(text, text, random);
      const [ours, theirs] = [scanned(broken), parsed(broken)];
      if ((ours === 'refused') !== (theirs === 'refused')) {
        throw new Error(`${ours === 'refused' ? 'refused' : 'accepted'}: ${JSON.stringify(broken)}`);
      }
      if (ours !== 'refused' && theirs !== 'refused') expect(sorted(ours)).toEqual(sorted(theirs));
    }
  });

  it.each([
    '',
    ' \n',
    '{',
    '{"a"',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    '[1 2]',
    '{"a":1}{',
    '01',
    '"\t"',
    '"\\x"',
    'tru',
    "{'a':1}",
  ])('refuses %j', (text) => {
    expect(scanned(text)).toBe('refused');
  });

  it('tells an unwanted value of nobody, and still refuses a broken one', () => {
    const told: unknown[] = [];
    const visit = (text: string): void =>
      scanJson(text, 'x.json', {
        onObjectBegin: () => undefined,
        onObjectEnd: () => undefined,
        onArrayBegin: () => undefined,
        onArrayEnd: () => undefined,
        onProperty: (key) => key !== 'skip',
        onLiteral: (value) => told.push(value),
      });
    visit('{"skip":"a","keep":"b"}');
    expect(told).toEqual(['b']);
    expect(() => visit('{"skip":"\\q"}')).toThrow(CountersignError);
  });
});
