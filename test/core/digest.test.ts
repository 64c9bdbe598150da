import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf, sha256 } from '../../src/core/digest.ts';
import { inUnicode } from '../../src/core/json.ts';

it('a digest is that of the canonical JSON', () => {
  expect(digestOf({ b: 1, a: [true, null, 'x'] })).toBe(sha256('{"a":[true,null,"x"],"b":1}'));
  expect(digestOf({ a: [true, null, 'x'], b: 1 })).toBe(digestOf({ b: 1, a: [true, null, 'x'] }));
});

it('half a character in a text that somebody else wrote has a digest too, and its own', () => {
  const halves = ['\ud800', '\ud801', '\udfff', '\ufffd', 'a\ud800', '\ud800a'];
  expect(new Set(halves.map((half) => digestOf({ range: half }))).size).toBe(halves.length);
  expect(digestOf({ '\ud800': [{ deep: '\udc00' }] })).not.toBe(digestOf({ '\ud800': [{ deep: '\udc01' }] }));
});

it('every JSON value has a digest, and text that is Unicode is left as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.string({ unit: 'binary' }), (value, text) => {
      const json = JSON.parse(JSON.stringify(value));
      expect(inUnicode(json)).toEqual(json);
      expect(inUnicode({ [`k${text}`]: text })).toEqual({ [`k${text}`]: text });
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 })), (units) => {
      const text = String.fromCharCode(...units);
      expect(digestOf([text, { [text]: text }])).toMatch(/^[0-9a-f]{64}$/);
    }),
  );
});
