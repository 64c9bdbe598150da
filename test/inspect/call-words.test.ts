import { describe, expect, it } from 'vitest';
import { createCallWords } from '../../src/inspect/call-words.ts';
import { createFileFacts } from '../../src/inspect/file-facts.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';

function callsOf(text: string) {
  const program = parseProgram('src/a.js', text);
  if (program === null) throw new Error('no language reads the file');
  return createFileFacts(program).calls();
}

describe('calls that a rule asks for', () => {
  const calls = callsOf("const { exec } = require('child_process');\nrun();\nexec('a');\ndb.exec('b');\nexec('c');\n");
  const like = createCallWords(calls);

  it('are found by origin and by name, each once, in the order of the text', () => {
    const found = like({ from: (origin) => origin === 'child_process.exec', named: (name) => name === 'exec' });
    expect(found.map(({ origin }) => origin === 'child_process.exec')).toEqual([true, false, true]);
    expect(found.map(({ node }) => node.start)).toEqual(
      calls.filter(({ name }) => name === 'exec').map(({ node }) => node.start),
    );
  });

  it('are asked for once for each word, however many calls have it', () => {
    const asked: string[] = [];
    like({ named: (name) => asked.push(name) > 99 });
    expect(asked.sort()).toEqual(['exec', 'require', 'run']);
  });

  it('are all found where one name is called more often than a call can have arguments', () => {
    const [call] = calls;
    if (call === undefined) throw new Error('there is no call');
    const many = createCallWords(Array.from({ length: 200_000 }, () => call));
    expect(many({ named: () => true })).toHaveLength(200_000);
  });
});
