import { expect, test } from 'vitest';
import type { GitHubHost } from '../../src/github/host.ts';
import type { GitHub, Repository } from '../support/github/index.ts';
import { hostOf, settled, startShop } from './support.ts';

/** What one review asks of GitHub, in the order and with the parallelism that its story has. */
async function review(
  host: GitHubHost,
  { ref }: Repository,
  number: number,
  externalId: string,
  known: number | null,
): Promise<number> {
  const [pull, state] = await Promise.all([host.pullRequest(ref, number), host.repository(ref)]);
  const start = {
    name: 'countersign',
    headSha: pull.headSha,
    externalId,
    first: true,
    startedAt: '2026-11-21T00:00:00Z',
  };
  const [run, mergeBase] = await Promise.all([
    host.startCheckRun(ref, start),
    host.mergeBase(ref, pull.baseSha, pull.headSha),
    host.commits(ref, number),
    host.pushes(ref, pull.headRef),
    host.fileAt(ref, state.defaultSha, '.github/countersign.yml'),
  ]);
  const snapshot = await host.snapshot(ref, mergeBase, pull.headSha);
  await Promise.all(snapshot.files.flatMap(({ path }) => [snapshot.base.read(path), snapshot.head.read(path)]));
  await Promise.all([host.openPullRequestsAt(ref, pull.headSha), host.repository(ref), host.pullRequest(ref, number)]);
  const found = known === null ? await host.ownComments(ref, number, '<!-- countersign -->') : [];
  const own = known ?? found[0]?.id;
  const body = `<!-- countersign -->${externalId}`;
  const comment = await (own ? host.updateComment(ref, own, body) : host.createComment(ref, number, body));
  const output = { title: 't', summary: 's' };
  await host.updateCheckRun(ref, run.id, { output, annotations: [], conclusion: 'success', actions: [] });
  return comment.id;
}

async function measured(
  github: GitHub,
  work: () => Promise<number>,
): Promise<{ requests: number; rounds: number; comment: number }> {
  github.clearLog();
  let isDone = false;
  const ended = work().finally(() => {
    isDone = true;
  });
  // Nothing is answered before all is asked that does not wait for an answer: that is one round.
  const held = github.fault({ held: true, times: 'always' });
  let rounds = 0;
  while (!isDone) {
    await settled(held);
    if (held.waiting() > 0) rounds += 1;
    held.release();
  }
  held.remove();
  return { comment: await ended, requests: github.appRequests().length, rounds };
}

test('a review of twenty files stays within 16 requests beside its blobs and directories, and within few round trips', async () => {
  const github = await startShop();
  const shop = github.repository('acme/shop');
  const files = (text: string) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`src/part${i % 4}/f${i}.ts`, `${text} ${i}`]));
  await shop.push('main', { ...files('before'), '.github/workflows/ci.yml': 'on: push' });
  await shop.push('topic', files('after'), { as: 'Copilot' });
  const number = await shop.open({ branch: 'topic', title: 'T', as: 'Copilot' });
  const host = hostOf(github);
  const blobs = 40;
  // The root, src, and its four parts.
  const directories = 6;
  const cold = await measured(github, () => review(host, shop, number, 'one', null));
  expect(cold.requests).toBeLessThanOrEqual(16 + blobs + 2 * directories);

  await shop.push('topic', { 'src/part0/f0.ts': 'once more' }, { as: 'Copilot' });
  const again = await measured(github, () => review(host, shop, number, 'two', cold.comment));
  // One new blob; the root, src and one part are new at the head, the base is known.
  expect(again.requests).toBeLessThanOrEqual(12 + 1 + 3);

  // A token; what there is; the start, and the policy that is not there; three levels of trees; blobs; the second look;
  // the comment, found and made; the end.
  expect(cold.rounds).toBeLessThanOrEqual(12);
  expect(again.rounds).toBeLessThanOrEqual(12);
  expect(github.violations).toEqual([]);
  await github.close();
});
