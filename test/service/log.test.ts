import { describe, expect, it } from 'vitest';
import { described } from '../../src/service/log.ts';

describe('an error in a line of log', () => {
  it('leaves out what a library hung on it: a forged delivery is a stranger’s text', () => {
    const inner = Object.assign(new Error('signature does not match'), {
      status: 400,
      event: { payload: 'x'.repeat(1_000_000), signature: 'sha256=0' },
    });
    for (const error of [
      inner,
      Object.assign(new AggregateError([inner], 'signature does not match'), { event: inner }),
    ]) {
      const line = JSON.stringify(described(error));
      expect(JSON.parse(line)).toMatchObject({ message: 'signature does not match', status: 400 });
      expect(line.length).toBeLessThan(200);
    }
  });

  it('keeps the stack and the code of a fault of our own', () => {
    const error = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    expect(described(error)).toMatchObject({ type: 'Error', code: 'ECONNREFUSED', stack: error.stack });
  });

  it('says what was thrown where that was no error', () => {
    expect(described('out of patience')).toEqual({ message: 'out of patience' });
  });
});
