import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../src/core/job.ts';
import { jobOf } from '../../src/github/webhooks.ts';
import type { Service } from '../../src/service/start.ts';
import { type Step, withSteps } from '../../src/service/steps.ts';
import { work } from '../../src/work.ts';
import { until } from '../support/world.ts';
import { openStage, type Stage } from './support.ts';

/**
 * Every step of every story is the last one of a process once. Here the process is played: after the step nothing that
 * it does has any effect. `kill.test.ts` does the same with real processes and kill -9, for fewer steps.
 */

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

let stage: Stage;
let service: Service;
let made = 0;

beforeAll(async () => {
  const beta = { owner: 'beta', name: 'other', files: { 'package.json': '{}\n' } };
  stage = await openStage({}, { offline: true }, { repositories: [beta], organisations: [{ login: 'beta' }] });
  service = await stage.start();
  // Else the sweep of the start would have reviewed what the first story opens.
  await until(() => (stage.lines.some((line) => line.includes('swept over')) ? true : undefined));
});
afterAll(async () => {
  expect(stage.github.violations).toEqual([]);
  await service.stop();
  await stage.close();
});

class Killed extends Error {}

/** Does a job in a process that dies right after its step number `last` (0: before the first); answers the steps. */
async function dying(job: Job, id: string, last: number, earlierStarts: number): Promise<readonly Step[]> {
  const taken: Step[] = [];
  const ports = withSteps(service.ports, (step, when) => {
    if (when === 'before') {
      if (taken.length >= last) throw new Killed(step);
      return;
    }
    taken.push(step);
    if (taken.length >= last) throw new Killed(step);
  });
  await work({ id, job, earlierStarts }, ports, new AbortController().signal).catch((error: unknown) => {
    if (!(error instanceof Killed)) throw error;
  });
  return taken;
}

/** The job as the delivery that tells of it, handed to nobody else. */
async function deliveryOf(event: string, action: string, happen: () => Promise<unknown>): Promise<Job> {
  const { github } = stage;
  await github.settled();
  const before = github.deliveries.length;
  github.setWebhookUrl(null);
  await happen();
  await github.settled();
  const found = github.deliveries.slice(before).find((each) => each.event === event && each.action === action);
  if (found === undefined) throw new Error(`no ${event}.${action} was sent`);
  const outcome = jobOf(event, JSON.parse(found.body), found.id, { appId: github.app.id });
  if (outcome.kind !== 'job' && outcome.kind !== 'commit-job')
    throw new Error(`the delivery is no job: ${JSON.stringify(outcome)}`);
  return outcome.job;
}

interface Opened {
  readonly number: number;
  readonly head: string;
  readonly job: Job;
}

async function open(): Promise<Opened> {
  made += 1;
  const branch = `crash-${made}`;
  const { repository } = stage;
  const head = await repository.push(branch, { [`src/${branch}.js`]: INJECTION }, { as: 'Copilot' });
  let number = 0;
  const job = await deliveryOf('pull_request', 'opened', async () => {
    number = await repository.open({ branch, title: 'Crash', as: 'Copilot' });
  });
  return { number, head, job };
}

/** What is left behind: everything that a second process must not do twice. */
async function leftOf({ number, head }: Opened): Promise<unknown> {
  const { repository } = stage;
  const entries: string[] = [];
  for await (const { body } of service.ports.store.ledger.entries(repository.ref.installationId)) {
    const { pullRequest, headSha, type, effectKey } = body as Record<'headSha' | 'type' | 'effectKey', string> & {
      readonly pullRequest: number | null;
    };
    if (pullRequest === number || headSha === head) entries.push(`${type} ${effectKey.split(':')[0]}`);
  }
  const record = await service.ports.store.pullRequest(repository.ref.id, number);
  const signOffs = await service.ports.store.signOffs(repository.ref.id, number);
  return {
    runs: repository.checkRuns(head).map(({ name, status, conclusion, title, annotations, actions }) => ({
      name,
      status,
      conclusion,
      title: title?.replace(/#\d+/, '#'),
      annotations: annotations.length,
      buttons: actions.length,
    })),
    comments: repository
      .comments(number)
      .map(({ author, body }) => [author, body.split('\n')[0]?.replace(/\br-[0-9a-z]{8}\b/, 'r-')]),
    entries,
    open: record?.openCheckRun ?? null,
    signOffs: signOffs.map(({ state, kind }) => [state, kind]),
  };
}

/** Plays a story once to its end, then once for each of its steps with a death there and a second process after it. */
async function everyDeath(prepare: () => Promise<{ readonly opened: Opened; readonly job: Job }>): Promise<void> {
  const whole = await prepare();
  const steps = await dying(whole.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
  const expected = await leftOf(whole.opened);
  expect(steps.length).toBeGreaterThan(0);
  const found: Record<string, unknown> = {};
  for (let last = 0; last <= steps.length; last += 1) {
    const { opened, job } = await prepare();
    const id = crypto.randomUUID();
    await dying(job, id, last, 0);
    await dying(job, id, Number.POSITIVE_INFINITY, 1);
    found[`${last} ${steps[last - 1] ?? 'nothing yet'}`] = await leftOf(opened);
  }
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((key) => [key, expected])));
}

describe('a process that dies after any of its steps, and a second one after it, leave what one alone would have:', () => {
  test('in a review', async () => {
    await everyDeath(async () => {
      const opened = await open();
      return { opened, job: opened.job };
    });
  });

  test('in a command to sign', async () => {
    await everyDeath(async () => {
      const opened = await open();
      await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      return { opened, job: await command(opened) };
    });
  });

  test('in the press that makes a sign-off count', async () => {
    await everyDeath(async () => {
      const opened = await open();
      await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      await dying(await command(opened), crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      const run = stage.repository.checkRuns(opened.head)[0];
      const identifier = run?.actions[0]?.identifier ?? '';
      const job = await deliveryOf('check_run', 'requested_action', () =>
        stage.repository.press(run?.id ?? 0, identifier, 'ben'),
      );
      return { opened, job };
    });
  });

  test('in a refusal', async () => {
    await everyDeath(async () => {
      const opened = await open();
      await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      return { opened, job: await command(opened, 'refuse') };
    });
  });

  test('in a merge group', async () => {
    await everyDeath(async () => {
      const opened = await open();
      await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      let head = '';
      const job = await deliveryOf('merge_group', 'checks_requested', async () => {
        head = (await stage.repository.queue([opened.number], 'maria')).headSha;
      });
      return { opened: { number: 0, head, job }, job };
    });
  });

  test('in closing', async () => {
    await everyDeath(async () => {
      const opened = await open();
      await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
      const job = await deliveryOf('pull_request', 'closed', () => stage.repository.close(opened.number, 'Copilot'));
      return { opened, job };
    });
  });
});

test('a process that dies while it notes that a repository has another owner: each chain has one entry for the move', async () => {
  const { repository, github } = stage;
  const [old, next] = [repository.ref.installationId, github.repository('beta/other').ref.installationId];
  const opened = await open();
  await dying(opened.job, crypto.randomUUID(), Number.POSITIVE_INFINITY, 0);
  const moves = async (installation: number) => {
    let found = 0;
    for await (const { body } of service.ports.store.ledger.entries(installation))
      if ((body as { readonly type: string }).type === 'transfer') found += 1;
    return found;
  };
  for (let last = 0, whole = false; !whole; last += 1) {
    const before = [await moves(old), await moves(next)];
    github.setWebhookUrl(null);
    repository.transfer(repository.ref.owner === 'acme' ? 'beta' : 'acme');
    const job = { kind: 'policy-check', repository: repository.ref, cause: `move-${last}`, sender: null } as const;
    const id = crypto.randomUUID();
    const steps = await dying(job, id, last, 0);
    whole = last > 0 && steps.length < last;
    await dying(job, id, Number.POSITIVE_INFINITY, 1);
    expect([await moves(old), await moves(next)], `after step ${last}`).toEqual(before.map((count) => count + 1));
  }
});

async function command({ number }: Opened, verb: 'sign' | 'refuse' = 'sign'): Promise<Job> {
  const review = await service.ports.store.latestReview(stage.repository.ref.id, number);
  const code = review?.report.code ?? '';
  return deliveryOf('issue_comment', 'created', () =>
    stage.repository.comment(number, `/countersign ${verb} F1 ${code} only our scheduler calls this`, 'ben'),
  );
}
