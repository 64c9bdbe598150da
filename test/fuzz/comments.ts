import fc from 'fast-check';
import { parseCommand } from '../../src/policy/command.ts';

const COMMAND = '/countersign sign all r-aaaaaaaa the team looked at this together';
const BREAKS = ['\n', '\r\n', '\r', '\u2028', '\u2029', '\v', '\f', '\u0085'];

/** Text of every kind that people and machines put into comments. */
const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\t',
    '\u200b',
    '\ufeff',
    '\u202e',
    '\u0000',
    '@admin',
    'F1 F2 F3',
    'r-aaaaaaaa',
    '<!--',
    '-->',
    '```',
    '> ',
    '`',
    '<details>',
    '</details>',
    '&#47;countersign',
  ),
  fc.constantFrom(
    '/Countersign sign all',
    '/countersigned sign all',
    '\\/countersign sign all',
    '／countersign sign all',
    '/counter sign sign all',
  ),
);

/** A real command where none counts: quoted, in code, in an HTML comment, after something else, on a later line. */
const hidden = fc
  .tuple(fc.constantFrom(...BREAKS.slice(0, 3)), noise)
  .chain(([end, before]) =>
    fc.constantFrom(
      `> ${COMMAND}`,
      `>${COMMAND}`,
      `- ${COMMAND}`,
      `* [ ] ${COMMAND}`,
      `    ${COMMAND}`,
      ` ${COMMAND}`,
      `\t${COMMAND}`,
      `\`${COMMAND}\``,
      `\`\`\`${end}${COMMAND}${end}\`\`\``,
      `~~~sh${end}${COMMAND}${end}~~~`,
      `<!-- ${COMMAND} -->`,
      `<!--${end}${COMMAND}${end}-->`,
      `<details><summary>x</summary>${end}${COMMAND}${end}</details>`,
      `<p>${COMMAND}</p>`,
      `${end}${COMMAND}`,
      `${end}${end}${COMMAND}`,
      `thanks!${end}${end}${COMMAND}`,
      `\u200b${COMMAND}`,
      `\ufeff${COMMAND}`,
      `\u202e${COMMAND}`,
      `x${before}${end}${COMMAND}`,
      `@countersign ${COMMAND}`,
      `**${COMMAND}**`,
    ),
  );

/** Pieces of commands in any order, as a careless or a clever writer leaves them. */
const jumbled = fc
  .array(
    fc.constantFrom(
      '/countersign',
      'sign',
      'approve',
      'refuse',
      'break-glass',
      'all',
      'F1',
      'F1,F2',
      'F0',
      'f3',
      'r-aaaaaaaa',
      'r-zz',
      '<reason>',
      'because it is fine by us',
      '\t',
      '  ',
      '\u00a0',
      '__proto__',
      'constructor',
    ),
    { maxLength: 12 },
  )
  .map((words) => words.join(' '));

export interface CommentFuzz {
  readonly comments: number;
  readonly commands: number;
  readonly malformed: number;
  readonly none: number;
  readonly hidden: number;
}

/** Reads so many hostile comments. Throws at the first that crashes, or where a command is read that stands at no start. */
export function fuzzComments(count: number, seed: number): CommentFuzz {
  const told = { comments: 0, commands: 0, malformed: 0, none: 0, hidden: 0 };
  const body = fc.oneof(
    hidden.map((text) => ({ text, hides: true })),
    fc
      .array(noise, { maxLength: 5 })
      .chain((parts) =>
        fc.constantFrom(...BREAKS, ' ', '').map((joint) => ({ text: parts.join(joint), hides: false })),
      ),
    jumbled.map((text) => ({ text, hides: false })),
    fc
      .tuple(jumbled, noise, fc.constantFrom(...BREAKS))
      .map(([one, two, end]) => ({ text: `${one}${end}${two}`, hides: false })),
  );
  fc.assert(
    fc.property(body, ({ text, hides }) => {
      const parsed = parseCommand(text);
      told.comments += 1;
      told.hidden += Number(hides);
      told[parsed.state === 'command' ? 'commands' : parsed.state] += 1;
      if (hides && parsed.state !== 'none') throw new Error(`a command was read from ${JSON.stringify(text)}`);
      if (parsed.state === 'none') return;
      if (!/^\/countersign(?:[ \t\n\r\v\f\u2028\u2029]|$)/.test(text))
        throw new Error(`no start: ${JSON.stringify(text)}`);
      if (parsed.state === 'malformed' && parsed.problem.length > 400) throw new Error('a problem that fills the page');
      if (
        parsed.state === 'command' &&
        'reason' in parsed.command &&
        /[\n\r\u2028\u2029\v\f]/.test(parsed.command.reason)
      )
        throw new Error(`a later line was read: ${JSON.stringify(text)}`);
    }),
    { numRuns: count, seed },
  );
  return told;
}
