import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Split, splitMembers } from '../../src/ecosystems/npm/json-members.ts';
import { packumentReader } from '../../src/ecosystems/npm/packument-reader.ts';

const ENTERED = 'versions';
const PASSED = 'readme';

/** What is told of a document that arrives in pieces cut at these places. */
function split(bytes: Buffer, cuts: readonly number[], largest = 1_000_000) {
  const outer = new Map<string, unknown>();
  const inner = new Map<string, unknown>();
  const splitter = splitMembers({
    largest,
    treat: (key) => (key === ENTERED ? 'enter' : key === PASSED ? 'pass' : 'tell'),
    told(key, value, within) {
      (within === null ? outer : inner).set(key, value);
      return true;
    },
  });
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let goesOn = true;
  for (const [index, start] of places.entries()) {
    // A copy: what a socket hands over is not there for ever.
    if (goesOn) goesOn = splitter.write(Buffer.from(bytes.subarray(start, places[index + 1] ?? bytes.length)));
  }
  return { end: splitter.end(), outer, inner };
}

const anyObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
const anyDocument = fc
  .tuple(anyObject, fc.option(anyObject), fc.option(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'))
  .map(([others, versions, readme, space]) => {
    const document: Record<string, unknown> = { ...others };
    delete document[ENTERED];
    delete document[PASSED];
    if (readme !== null) document[PASSED] = readme;
    if (versions !== null) document[ENTERED] = versions;
    return { document, text: JSON.stringify(document, null, space) };
  });
const anyCuts = fc.array(fc.nat(10_000), { maxLength: 12 });

describe('an object that arrives in pieces', () => {
  it('is told as JSON.parse would read it, wherever it is cut', () => {
    fc.assert(
      fc.property(anyDocument, anyCuts, ({ document, text }, cuts) => {
        const { end, outer, inner } = split(Buffer.from(text), cuts);
        const { [ENTERED]: versions, [PASSED]: _, ...others } = JSON.parse(text) as Record<string, object>;
        expect(end).toBe('whole');
        expect(outer).toEqual(new Map(Object.entries(others)));
        expect(inner).toEqual(new Map(Object.entries(versions ?? {})));
        expect(document).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it('is never whole where its end is missing', () => {
    fc.assert(
      fc.property(anyDocument, fc.nat(), anyCuts, ({ text }, at, cuts) => {
        const bytes = Buffer.from(text);
        expect(split(bytes.subarray(0, at % bytes.length), cuts).end).toBe('no JSON');
      }),
      { numRuns: 300 },
    );
  });

  it.each<readonly [string, Split]>([
    ['', 'no JSON'],
    ['<html></html>', 'no JSON'],
    ['[]', 'no JSON'],
    ['"name"', 'no JSON'],
    ['{"name":"a"}{', 'no JSON'],
    ['{"name":"a"} x', 'no JSON'],
    ['{"name" "a"}', 'no JSON'],
    ['{"name":}', 'no JSON'],
    ['{"name":"a",}', 'no JSON'],
    ['{,}', 'no JSON'],
    ['{"name":"a" "b":1}', 'no JSON'],
    ['{name:1}', 'no JSON'],
    ['{"name":tru}', 'no JSON'],
    ['{"name":[1}]', 'no JSON'],
    ['{"readme":[1}]', 'no JSON'],
    ['{"readme":]', 'no JSON'],
    ['{"versions":[]}', 'no JSON'],
    ['{"versions":null}', 'no JSON'],
    ['{"versions":{"1":{]}}', 'no JSON'],
    ['{"na\nme":1}', 'no JSON'],
    ['\ufeff{}', 'no JSON'],
    [`{"readme":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'too large'],
    ['{"versions":{},"versions":{"1.0.0":{}}}', 'whole'],
    ['{}', 'whole'],
    [' { "name" : -1.5e3 , "b" : null } \n', 'whole'],
  ])('%j is %s', (text, expected) => {
    const bytes = Buffer.from(text);
    expect(split(bytes, []).end).toBe(expected);
    expect(split(bytes, [...bytes.keys()]).end).toBe(expected);
  });

  it('is given up where one value is larger than anything that is kept, and not for what is passed over', () => {
    const long = 'x'.repeat(5_000);
    expect(split(Buffer.from(JSON.stringify({ name: long })), [100], 1_000).end).toBe('too large');
    expect(split(Buffer.from(JSON.stringify({ [long]: 1 })), [100], 1_000).end).toBe('too large');
    expect(split(Buffer.from(JSON.stringify({ readme: long })), [100], 1_000).end).toBe('whole');
  });
});

describe('a packument', () => {
  const read = (document: unknown) => {
    const reader = packumentReader();
    reader.write(Buffer.from(JSON.stringify(document)));
    return reader.end();
  };

  it('keeps of a version what rules ask for, and nothing else', () => {
    const found = read({
      name: 'a',
      readme: 'long',
      versions: { '1.0.0': { name: 'a', dependencies: { b: '1' }, scripts: { test: 'x', postinstall: 'y' } } },
    });
    if (found.state === 'wrong') throw new Error(found.reason);
    expect(found.packument).toEqual({
      name: 'a',
      versions: new Map([['1.0.0', { scripts: { postinstall: 'y' } }]]),
    });
  });

  it.each([
    [{ versions: {} }, 'not package metadata'],
    [{ name: 'a', versions: { '1.0.0': 'none' } }, 'not package metadata'],
    [{ name: 7, versions: {} }, 'not package metadata'],
    [{ name: 'a', versions: { '1.0.0': { description: 'x'.repeat(9_000_000) } } }, 'one field of more than'],
  ])('%# is refused where it is none', (document, reason) => {
    expect(read(document)).toEqual({ state: 'wrong', reason: expect.stringContaining(reason) });
  });

  it('that lists versions without end is given up, whatever its size allows', () => {
    const reader = packumentReader();
    reader.write(Buffer.from('{"name":"a","versions":{'));
    let written = 0;
    while (written < 300_000 && reader.write(Buffer.from(`"${written}":{},`))) written += 1;
    expect(written).toBeLessThan(200_000);
    expect(reader.end()).toEqual({ state: 'wrong', reason: expect.stringContaining('versions') });
  });
});
