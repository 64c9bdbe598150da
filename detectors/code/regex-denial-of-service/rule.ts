import { codeRule } from '../support/rule.ts';

/** What this detector says, in each of its parts. */
export const rule = codeRule({
  id: 'regex-denial-of-service',
  shortDescription: 'A regular expression can take exponential time, or is built from input',
  help: 'Where an expression can match the same text in many ways, a short input makes the engine try them all and the process stands still. Let neighbouring parts not match the same characters, take nested repetitions apart, bound the length of the input, or use an engine without backtracking; escape text that becomes part of an expression.',
  cwe: [1333, 400],
  level: 'warning',
  confidence: 'high',
});

/** What to do about an expression that takes long. */
export const REWRITE =
  'Rewrite the expression so that no text can match in two ways, or bound the length of the input before matching.';
