import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Service } from '../../src/service/start.ts';
import type { Fault } from '../support/github/index.ts';
import { openStage, type Stage } from './support.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

let stage: Stage;
let service: Service;
beforeAll(async () => {
  stage = await openStage();
  service = await stage.start();
});
afterAll(async () => {
  await service.stop();
  await stage.close();
});

async function opened(name: string): Promise<string> {
  const { repository } = stage;
  const head = await repository.push(name, { [`src/${name}.js`]: 'export const n = 1;\n' }, { as: 'Copilot' });
  await repository.open({ branch: name, title: name, as: 'Copilot' });
  return head;
}

const right = (head: string) => stage.repository.completed(head, { when: (run) => run.conclusion === 'success' });

describe('a review comes to its one right end', () => {
  test('where the installation’s token runs out in the middle of it', async () => {
    const { github, repository } = stage;
    const middle = github.fault({ path: /\/git\/trees\//, held: true });
    const head = await opened('expiring');
    await expect.poll(() => middle.waiting()).toBe(1);
    expect(repository.checkRuns(head).map((run) => run.status)).not.toContain('completed');
    github.expireTokens();
    middle.remove();
    await right(head);
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test.each<readonly [string, Fault]>([
    [
      'its requests are limited for a second',
      {
        status: 403,
        headers: { 'retry-after': '1' },
        body: '{"message":"You have exceeded a secondary rate limit"}',
        times: 2,
      },
    ],
    [
      'its requests of this hour are used up for a moment',
      {
        status: 429,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
        body: '{"message":"API rate limit exceeded for installation"}',
        times: 2,
      },
    ],
    ['GitHub answers 500 for a while', { status: 500, times: 3 }],
    ['GitHub answers 502 for a while', { status: 502, body: '<html>Bad gateway</html>', times: 3 }],
    ['GitHub answers 503 for a while', { status: 503, times: 3 }],
    ['connections are reset', { reset: 'before', times: 3 }],
    ['answers are slow', { delayMs: 700, times: 4 }],
  ])('where %s', async (name, fault) => {
    const { github, repository } = stage;
    const broken = github.fault({ method: 'GET', path: /\/git\/trees\/|\/commits|\/compare\//, ...fault });
    const head = await opened(name.replaceAll(/\W+/g, '-'));
    await right(head);
    expect(broken.hits()).toBeGreaterThan(0);
    broken.remove();
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test('where the connection is lost between the writing of its comment and the answer', async () => {
    const { github, repository } = stage;
    const lost = github.fault({ method: 'POST', path: /\/issues\/\d+\/comments$/, reset: 'after', times: 1 });
    const head = await repository.push('lost-comment', { 'src/lost.js': INJECTION }, { as: 'Copilot' });
    const number = await repository.open({ branch: 'lost-comment', title: 'Lost', as: 'Copilot' });
    await repository.completed(head, { when: ({ title }) => title !== null && !/Could not/.test(title) });
    await expect
      .poll(() => service.ports.store.pullRequest(repository.ref.id, number))
      .toMatchObject({
        commentId: repository.comments(number)[0]?.id,
      });
    expect(lost.hits()).toBe(1);
    expect(repository.comments(number)).toHaveLength(1);
    expect(repository.checkRuns(head)).toHaveLength(1);
  });

  test('where the connection is lost between the making of its check run and the answer', async () => {
    const { github, repository } = stage;
    const lost = github.fault({ method: 'POST', path: /\/check-runs$/, reset: 'after', times: 1 });
    const head = await opened('lost-answer');
    await right(head);
    expect(lost.hits()).toBe(1);
    expect(repository.checkRuns(head)).toHaveLength(1);
  });
});

test('a branch that is deleted in mid-review is never green, and right by itself when its commits are there again', async () => {
  const { github, repository } = stage;
  const gone = github.fault({
    method: 'GET',
    path: /\/git\/trees\//,
    status: 404,
    body: '{"message":"Not Found"}',
    times: 'always',
  });
  const head = await opened('deleted');
  const ended = await repository.completed(head);
  expect(gone.hits()).toBeGreaterThan(0);
  expect(ended).toMatchObject({ conclusion: 'action_required' });
  gone.remove();
  await right(head);
  expect(github.violations).toEqual([]);
});
