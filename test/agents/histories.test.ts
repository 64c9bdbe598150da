import { expect, test } from 'vitest';
import { factsOf, readChangelog } from '../../eval/histories/read.ts';
import { attribute } from '../../src/agents/index.ts';

/** People and packages are made up; `npm run eval attribution` reads what the machine's own packages came with. */
const DEBIAN = `teapot (1.4-2) unstable; urgency=medium

  * Keep the water hot, thanks to Claude. (Closes: #1234)
    + a second line

 -- Devin Example <devin@teapot.example>  Tue, 05 Mar 2019 10:00:00 +0100

teapot (1.4-1) unstable; urgency=low

  * New upstream release.

 -- Jules Example <jules@teapot.example>  Mon, 04 Mar 2019 10:00:00 +0100
`;
const GNU = `2003-11-05  Cody X. Ample  <cody@kettle.example>

\t* src/kettle.c (boil): Do not boil over.
\tReported by Aider Example.

2003-11-04  Somebody Else  <else@kettle.example>

\t* README: New.
`;

test('entries of both forms are read with who, when and what', () => {
  expect(readChangelog(`${DEBIAN}\n${GNU}`)).toEqual([
    {
      name: 'Devin Example',
      email: 'devin@teapot.example',
      year: 2019,
      text: '* Keep the water hot, thanks to Claude. (Closes: #1234)\n  + a second line',
      release: 'teapot-1.4-2',
    },
    {
      name: 'Jules Example',
      email: 'jules@teapot.example',
      year: 2019,
      text: '* New upstream release.',
      release: 'teapot-1.4-1',
    },
    {
      name: 'Cody X. Ample',
      email: 'cody@kettle.example',
      year: 2003,
      text: '* src/kettle.c (boil): Do not boil over.\nReported by Aider Example.',
      release: null,
    },
    { name: 'Somebody Else', email: 'else@kettle.example', year: 2003, text: '* README: New.', release: null },
  ]);
});

test('people whose names agents bear are people; an agent that stood there would be counted', () => {
  const read = readChangelog(`${DEBIAN}\n${GNU}`);
  expect(read.map((entry, index) => attribute(factsOf(entry, index), []).class)).toEqual(read.map(() => 'human'));
  const planted = readChangelog(GNU.replace('Somebody Else  <else@kettle.example>', 'Claude  <noreply@anthropic.com>'));
  expect(planted.map((entry, index) => attribute(factsOf(entry, index), []).agent)).toEqual([null, 'claude']);
});
