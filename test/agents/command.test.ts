import { describe, expect, it } from 'vitest';
import { run } from '../../src/commands/attribute.ts';

async function attributed(pieces: readonly string[], argv: readonly string[] = ['--stdin']) {
  let out = '';
  let err = '';
  async function* stdin() {
    yield* pieces;
  }
  const code = await run(argv, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    env: {},
    now: () => 0,
    stdin: stdin(),
    interactive: false,
  });
  const lines = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return { code, lines, err };
}

const NOTHING = { author: null, branch: null, title: null, body: null, labels: null, commits: null };

describe('countersign attribute --stdin', () => {
  it('answers line for line, however the input is cut', async () => {
    const input = [{ ...NOTHING, branch: 'codex/a' }, NOTHING, {}, { ...NOTHING, app: { slug: 'copilot-swe-agent' } }]
      .map((facts) => `${JSON.stringify(facts)}\n`)
      .join('');
    for (const size of [1, 7, 10_000]) {
      const pieces = input.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
      const { code, lines } = await attributed(pieces);
      expect(code).toBe(0);
      expect(lines.map(({ agent, tier }) => [agent, tier])).toEqual([
        ['codex', 'declared'],
        [null, 'none'],
        [null, 'none'],
        ['copilot', 'verified'],
      ]);
      expect(Object.keys(lines[0])).toEqual(['agent', 'class', 'tier', 'requester', 'evidence']);
    }
  });

  it('takes null for any part of any part', async () => {
    const facts = {
      author: { id: null, login: null, type: null },
      app: { slug: null },
      sender: null,
      assignees: [null, { id: null, login: null, type: null }],
      labels: [null],
      commits: [
        null,
        { message: null, authorName: null, authorEmail: null, authorLogin: null, authorId: null, committerEmail: null },
      ],
    };
    expect(await attributed([JSON.stringify(facts)])).toMatchObject({
      code: 0,
      lines: [{ class: 'human', tier: 'none' }],
    });
  });

  it('keeps the order where lines cannot be read, names them, and exits 2', async () => {
    const { code, lines, err } = await attributed([
      '{"branch":"codex/a"}\n{oops\n\n[1]\n{"branch":7}\n{"branch":"codex/b"}',
    ]);
    expect(code).toBe(2);
    expect(lines.map((line) => line.agent ?? Object.keys(line)[0])).toEqual([
      'codex',
      'error',
      'error',
      'error',
      'codex',
    ]);
    expect(err).toMatch(/line 2: not JSON/);
    expect(err).toMatch(/line 4: /);
    expect(err).toMatch(/line 5: .*branch/);
  });

  it('refuses other uses', async () => {
    await expect(attributed([], [])).rejects.toThrow('--stdin');
  });
});
