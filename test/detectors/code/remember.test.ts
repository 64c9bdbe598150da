import { describe, expect, it } from 'vitest';
import { oneOf } from '../../../detectors/code/support/remember.ts';

describe('asking whether a word is one of those that a rule names', () => {
  const WORDS = [
    'get',
    'set',
    'run',
    'getAll',
    'target',
    '',
    'GET',
    'get\n',
    '$get',
    'a.get',
    'constructor',
    '|',
    '?:get',
  ];

  it.each([
    /^(?:get|set)$/,
    /^get$/,
    /^(?:get|set)$|^run$/,
    /^run$|^(?:get|set)$|^(?:target)$/,
    /^(?:get|set)$/i,
    /^(?:get|set)/,
    /get|set/,
    /^(?:get|set)\w*$/,
    /^(?:\$get|a\.get)$/,
    /^get$|set/,
    /^(?:get|set)$|^$/,
  ])('says of each word what %s does', (pattern) => {
    const isOne = oneOf(pattern);
    expect(WORDS.filter(isOne)).toEqual(WORDS.filter((word) => pattern.test(word)));
  });
});
