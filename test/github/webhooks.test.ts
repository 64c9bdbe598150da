import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/digest.ts';
import { jobOf } from '../../src/github/webhooks.ts';

type Payload = Record<string, unknown> & { action?: string };
const published = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Payload[];
}[];
const installation = { id: 77 };
const real = published.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
const self = { appId: 31337, slug: 'countersign' };

const sha = 'a'.repeat(40);
const repository = { id: 5, name: 'shop', owner: { login: 'acme', id: 6, type: 'Organization' } };
const alice = { id: 1, login: 'alice', type: 'User' };
const ours = { id: 2, login: 'countersign[bot]', type: 'Bot' };
const base = { repository, installation, sender: alice };
const where = { installationId: 77, id: 5, owner: 'acme', name: 'shop' };

function comment(body: string, fields: Payload = {}): Payload {
  return { id: 9, body, user: alice, performed_via_github_app: null, ...fields };
}
function commented(action: string, about: Payload, sender = alice): Payload {
  return { ...base, action, sender, issue: { number: 3, pull_request: {} }, comment: about };
}

describe('every published payload of every event', () => {
  test('there are payloads to read', () => expect(real.length).toBeGreaterThan(300));

  test('is a job, or ignored, and with an installation never invalid', () => {
    const invalid = real
      .map(({ name, payload }) => jobOf(name, { ...payload, installation }, 'd', self))
      .filter((delivered) => delivered.kind === 'invalid');
    expect(invalid).toEqual([]);
  });

  test('of the pull-request actions that change what is judged is a review of that pull request', () => {
    const actions = ['opened', 'reopened', 'synchronize', 'ready_for_review'];
    const served = real.filter(
      ({ name, payload }) => name === 'pull_request' && actions.includes(payload.action ?? ''),
    );
    expect(served.length).toBeGreaterThanOrEqual(8);
    for (const { payload } of served) {
      const delivered = jobOf('pull_request', { ...payload, installation }, 'd', self);
      expect(delivered).toMatchObject({ kind: 'job', job: { kind: 'review', pullRequest: payload['number'] } });
    }
  });

  test('without an installation is invalid where it would have been a job', () => {
    const opened = real.find(
      ({ name, payload }) => name === 'pull_request' && !payload['installation'] && payload.action === 'opened',
    );
    expect(jobOf('pull_request', opened?.payload, 'the-delivery', self)).toEqual({
      kind: 'invalid',
      reason: expect.stringContaining('delivery the-delivery, pull_request.opened: installation'),
    });
  });
});

describe('a delivery of garbage', () => {
  test.each([null, 'text', 7, [], {}, { action: 5 }, { action: '__proto__' }, { action: 'constructor' }])(
    'is never a job: %j',
    (payload) => {
      expect(jobOf('pull_request', payload, 'd', self).kind).toBe('ignored');
      expect(jobOf('__proto__', payload, 'd', self).kind).toBe('ignored');
    },
  );

  test('with a served action is invalid', () => {
    expect(jobOf('issue_comment', { action: 'created' }, 'd', self).kind).toBe('invalid');
  });
});

describe('a pull request', () => {
  const baseSha = 'c'.repeat(40);
  const event = { ...base, number: 3, pull_request: { head: { sha }, base: { sha: baseSha }, merged: false } };

  test('that was pushed to carries the head before', () => {
    const before = 'b'.repeat(40);
    expect(jobOf('pull_request', { ...event, action: 'synchronize', before }, 'd', self)).toEqual({
      kind: 'job',
      job: {
        kind: 'review',
        repository: where,
        pullRequest: 3,
        cause: 'pull_request.synchronize',
        sender: alice,
        headSha: sha,
        baseSha,
        beforeSha: before,
        attempt: 0,
      },
    });
  });

  test('that was merged is closed, and says so', () => {
    const merged = {
      ...event,
      action: 'closed',
      pull_request: { head: { sha }, base: { sha: baseSha }, merged: true },
    };
    expect(jobOf('pull_request', merged, 'd', self)).toMatchObject({ job: { kind: 'closed', merged: true } });
  });

  test('that was labelled asks for nothing', () => {
    expect(jobOf('pull_request', { ...event, action: 'labeled' }, 'd', self).kind).toBe('ignored');
  });
});

describe('a comment', () => {
  test('that starts with the command is one, with the digest of what was delivered', () => {
    const body = '/countersign status\nthanks';
    expect(jobOf('issue_comment', commented('created', comment(body)), 'd', self)).toMatchObject({
      job: {
        kind: 'command',
        repository: where,
        pullRequest: 3,
        commentId: 9,
        sender: alice,
        bodyDigest: sha256(body),
      },
    });
  });

  test.each([
    '> /countersign sign all',
    ' /countersign help',
    'please /countersign help',
    '/countersigned',
    '```\n/countersign help\n```',
    '<!-- -->\n/countersign help',
    '',
  ])('that does not start with it asks for nothing: %j', (body) => {
    expect(jobOf('issue_comment', commented('created', comment(body)), 'd', self).kind).toBe('ignored');
  });

  test('on an issue asks for nothing', () => {
    const onIssue = { ...commented('created', comment('/countersign help')), issue: { number: 3 } };
    expect(jobOf('issue_comment', onIssue, 'd', self).kind).toBe('ignored');
  });

  test('of an agent goes on, to be refused and written down', () => {
    const agent = { id: 198982749, login: 'Copilot', type: 'Bot' };
    const tried = commented('created', comment('/countersign sign all r-1 x', { user: agent }), agent);
    expect(jobOf('issue_comment', tried, 'd', self)).toMatchObject({ job: { kind: 'command', sender: agent } });
  });

  test('of our own is no command, whatever it quotes', () => {
    const own = comment('/countersign help', { user: ours, performed_via_github_app: { id: 31337 } });
    expect(jobOf('issue_comment', commented('created', own, ours), 'd', self).kind).toBe('ignored');
  });

  test('that was edited into a command is none', () => {
    const edited = commented('edited', comment('/countersign sign all r-1 x'));
    expect(jobOf('issue_comment', edited, 'd', self).kind).toBe('ignored');
  });

  describe('of our own', () => {
    const own = comment('report', { user: ours, performed_via_github_app: { id: 31337 } });

    test.each(['edited', 'deleted'])('that somebody else %s is put right', (action) => {
      expect(jobOf('issue_comment', commented(action, own, alice), 'd', self)).toMatchObject({
        job: { kind: 'comment-touched', action, commentId: 9, sender: alice },
      });
    });
    test('that we edited ourselves is left alone', () => {
      expect(jobOf('issue_comment', commented('edited', own, ours), 'd', self).kind).toBe('ignored');
    });
    test("is told from another App's by the App's id, not by its name", () => {
      const imitation = comment('report', { user: ours, performed_via_github_app: { id: 5 } });
      expect(jobOf('issue_comment', commented('deleted', imitation, alice), 'd', self).kind).toBe('ignored');
    });
  });
});

describe('a check run', () => {
  const run = { id: 12, head_sha: sha, app: { id: 31337 }, pull_requests: [{ number: 3 }] };
  const pressed = { ...base, action: 'requested_action', check_run: run, requested_action: { identifier: 'n-1' } };

  test('whose button was pressed names the run, the nonce and the person', () => {
    expect(jobOf('check_run', pressed, 'd', self)).toEqual({
      kind: 'job',
      job: { kind: 'press', repository: where, checkRunId: 12, headSha: sha, identifier: 'n-1', sender: alice },
    });
  });
  test('of another App is nothing to us', () => {
    const foreign = { ...run, app: { id: 1 } };
    expect(jobOf('check_run', { ...pressed, check_run: foreign }, 'd', self).kind).toBe('ignored');
    expect(jobOf('check_run', { ...base, action: 'rerequested', check_run: foreign }, 'd', self).kind).toBe('ignored');
  });
  test('asked for again is a review of its pull request', () => {
    const asked = { ...base, action: 'rerequested', check_run: run };
    expect(jobOf('check_run', asked, 'd', self)).toMatchObject({
      job: { kind: 'review', pullRequest: 3, cause: 'check_run.rerequested', headSha: sha },
    });
  });
  test.each([[[]], [[{ number: 3 }, { number: 4 }]]])(
    'asked for again for a fork or for several pull requests names the commit: %j',
    (pull_requests) => {
      const asked = { ...base, action: 'rerequested', check_run: { ...run, pull_requests } };
      expect(jobOf('check_run', asked, 'd', self)).toMatchObject({
        kind: 'commit-job',
        job: { kind: 'rerequested', headSha: sha },
      });
    },
  );
});

test('a merge group names its head and its base', () => {
  const merge_group = {
    head_sha: sha,
    head_ref: 'refs/heads/gh-readonly-queue/main/pr-3-x',
    base_sha: sha,
    base_ref: 'refs/heads/main',
  };
  expect(jobOf('merge_group', { ...base, action: 'checks_requested', merge_group }, 'd', self)).toMatchObject({
    kind: 'commit-job',
    job: { kind: 'merge-group', action: 'checks-requested', headSha: sha, baseRef: 'refs/heads/main' },
  });
});
