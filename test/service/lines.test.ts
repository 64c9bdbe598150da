import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

type Line = Readonly<Record<string, unknown>> & { readonly message: string; readonly job: string };

let stage: Stage;
let head: string;
let lines: readonly Line[];

const FAILED = /review could not be finished|a job failed/;

function said(what: RegExp): Promise<string> {
  return until(() => stage.lines.find((line) => what.test(line)));
}

/** A whole story: a review whose source and whose comment fail, a command, a press, a push, a closing. */
beforeAll(async () => {
  stage = await openStage();
  const { github, repository } = stage;
  const service = await stage.start();
  github.fault({ method: 'POST', path: /\/issues\/\d+\/comments/, status: 403 });
  head = await repository.push('story', { 'src/list.js': INJECTION }, { as: 'Copilot' });
  const number = await repository.open({ branch: 'story', title: 'Story', as: 'Copilot' });
  const run = await repository.completed(head);
  const code = /\br-[0-9a-z]{8}\b/.exec(`${run.summary} ${run.text}`)?.[0] ?? '';
  await repository.comment(
    number,
    `/countersign sign F1 ${code} only our own scheduler calls this, never a browser`,
    'ben',
  );
  const pending = await repository.completed(head, { when: ({ actions }) => actions.length > 0 });
  await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
  await repository.completed(head, { when: ({ conclusion }) => conclusion === 'success' });
  // This one fails, and is tried again. GitHub is down until it did: the press before may still ask, and use up what is counted.
  const down = github.fault({ method: 'GET', path: /\/pulls\/\d+$/, status: 500, times: 'always' });
  const next = await repository.push('story', { 'src/other.js': 'export const n = 1;\n' }, { as: 'Copilot' });
  await said(FAILED);
  down.remove();
  await repository.completed(next);
  const group = await repository.queue([number], 'maria');
  await repository.completed(group.headSha);
  await repository.close(number, 'maria');
  await github.settled();
  await github.deliver('pull_request', { action: 'opened' }, { secret: 'a-wrong-secret-of-some-length' });
  await said(/a job is done.*"job":"closed"/);
  await service.stop();
  lines = stage.lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => 'job' in line);
});
afterAll(() => stage.close());

describe('every line that a job logs', () => {
  test('names its delivery, repository, pull request, head SHA and review', () => {
    expect(lines.length).toBeGreaterThan(6);
    for (const line of lines) {
      expect(line).toMatchObject({ repository: 'acme/shop', delivery: expect.stringMatching(/./) });
      expect(Object.keys(line)).toEqual(expect.arrayContaining(['pullRequest', 'headSha', 'review']));
    }
    const deliveries = new Set(stage.github.deliveries.map(({ id }) => id));
    expect(lines.some(({ delivery }) => deliveries.has(String(delivery)))).toBe(true);
  });

  test('knows them all once the review has its report', () => {
    const ends = lines.filter(({ job, message }) => job === 'review' && message === 'a job is done');
    expect(ends.map(({ headSha }) => headSha)).toContain(head);
    for (const line of ends) {
      expect(line['headSha']).toMatch(/^[0-9a-f]{40}$/);
      expect(line['review']).toMatch(/^r-[0-9a-z]{8}$/);
      expect(line['pullRequest']).toBe(1);
      expect(line['ms']).toEqual(expect.any(Number));
    }
  });

  test.each([
    ['command', true, true],
    ['press', true, true],
    ['closed', true, true],
    ['merge-group', false, false],
    ['pushed', false, false],
  ] as const)(
    'and a job of kind %s its head, and its pull request and review where it has one',
    (kind, one, judged) => {
      const ends = lines.filter(({ job, message }) => job === kind && message === 'a job is done');
      expect(ends.length).toBeGreaterThan(0);
      for (const line of ends) {
        expect(line['headSha']).toMatch(/^[0-9a-f]{40}$/);
        expect(line['pullRequest']).toBe(one ? 1 : null);
        if (judged) expect(line['review']).toMatch(/^r-[0-9a-z]{8}$/);
      }
    },
  );

  test('and so does what goes wrong in it, with the reason', () => {
    const troubles = lines.filter(({ level }) => level !== 'info');
    expect(troubles.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('comment could not be written'), expect.stringMatching(FAILED)]),
    );
    for (const line of troubles) expect(`${line['reason'] ?? ''}${line['error'] ?? ''}`).not.toBe('');
  });

  test('and nothing that happens in a job is told outside of its lines; the door names what it refuses', () => {
    const others = stage.lines.filter((line) => !line.startsWith('{') || !('job' in (JSON.parse(line) as object)));
    const door = others.filter((line) => line.includes('a webhook was refused'));
    expect(door.map((line) => JSON.parse(line) as object)).toEqual([
      {
        level: 'warn',
        message: 'a webhook was refused',
        delivery: stage.github.deliveries.at(-1)?.id,
        event: 'pull_request',
        status: 400,
        reason: expect.stringContaining('signature'),
      },
    ]);
    expect(others.filter((line) => /acme|shop|countersign-service|[0-9a-f]{40}/.test(line))).toEqual([]);
  });
});
