import { describe, expect, it } from 'vitest';
import { unreadFile } from '../../../detectors/engine/not-evaluated/index.ts';

describe('what is said of a file that was not read', () => {
  it.each([
    ['conf/a.json cannot be read: line 3: a NUL character', 'conf/a.json could not be evaluated: a NUL character.'],
    [
      'secret-rule: conf/a.json:3 cannot be read: not JSON. Repair the file.',
      'conf/a.json could not be evaluated: secret-rule: not JSON. Repair the file.',
    ],
    ['took longer than the limit of 10 s', 'conf/a.json could not be evaluated: took longer than the limit of 10 s.'],
    ['conf/a.json and b.json differ', 'conf/a.json could not be evaluated: conf/a.json and b.json differ.'],
  ])('names it once: %s', (reason, message) => {
    const told = unreadFile({ path: 'conf/a.json', reason, transient: false, line: 3 });
    expect(told.message).toBe(message);
    // What is signed for stays what the reader said.
    expect(told.evidence['reason']).toBe(reason);
  });
});
