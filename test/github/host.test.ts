import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeText, type FileContent } from '../../src/core/snapshot.ts';
import { createHost, type GitHubHost } from '../../src/github/host.ts';
import { BareSha } from '../../src/github/schema.ts';
import type { GitHub, Repository } from '../support/github/index.ts';
import { clientsOf, hostOf, optionsOf, startShop } from './support.ts';

let github: GitHub;
let host: GitHubHost;
let shop: Repository;

beforeAll(async () => {
  github = await startShop();
  host = hostOf(github);
  shop = github.repository('acme/shop');
  await shop.push('one', {
    'src/a.ts': 'export const a = 2;\n',
    'src/deep/er/b.ts': 'b',
    'lib/package.json': '{"name":"shop"}\n',
    'package.json': null,
  });
});
afterAll(async () => {
  expect(github.violations).toEqual([]);
  await github.close();
});

function text(content: FileContent): string {
  if (content.state !== 'bytes') return `${content.state}${'reason' in content ? `: ${content.reason}` : ''}`;
  const decoded = decodeText(content.bytes);
  return decoded.state === 'text' ? decoded.text : decoded.state;
}

async function changes(branch: string): Promise<string[]> {
  const { files } = await host.snapshot(shop.ref, await shop.tip('main'), await shop.tip(branch));
  return files.map((f) => `${f.status} ${f.previousPath ? `${f.previousPath} -> ` : ''}${f.path}`);
}

describe('a snapshot', () => {
  test('names what was added, changed, removed and renamed, in the order of paths', async () => {
    expect(await changes('one')).toEqual([
      'renamed package.json -> lib/package.json',
      'modified src/a.ts',
      'added src/deep/er/b.ts',
    ]);
  });

  test('of a file renamed and edited is a removal and an addition', async () => {
    await shop.push('two', { 'src/a.ts': null, 'src/z.ts': 'export const a = 1; // and more\n' });
    expect(await changes('two')).toEqual(['removed src/a.ts', 'added src/z.ts']);
  });

  test('sees a file that became a directory as both', async () => {
    await shop.push('three', { 'src/a.ts': null });
    await shop.push('three', { 'src/a.ts/inner.ts': 'x' });
    expect(await changes('three')).toEqual(['removed src/a.ts', 'added src/a.ts/inner.ts']);
  });

  test('sees modes, symbolic links and submodules', async () => {
    await shop.push('four', {
      'src/a.ts': { mode: '100755', content: 'export const a = 1;\n' },
      link: { mode: '120000', content: '/etc/passwd' },
      sub: { mode: '160000', sha: 'c'.repeat(40) },
    });
    const { files, head } = await host.snapshot(shop.ref, await shop.tip('main'), await shop.tip('four'));
    expect(files.map((f) => [f.path, f.base?.mode ?? null, f.head?.mode ?? null])).toEqual([
      ['link', null, '120000'],
      ['src/a.ts', '100644', '100755'],
      ['sub', null, '160000'],
    ]);
    expect(text(await head.read('link'))).toBe('/etc/passwd');
    expect(await head.read('sub')).toMatchObject({ state: 'unreadable', transient: false });
    expect(await head.list('')).toContainEqual({ name: 'sub', type: 'submodule', sha: 'c'.repeat(40) });
  });

  test('reads both sides, and knows what is not there', async () => {
    const { base, head } = await host.snapshot(shop.ref, await shop.tip('main'), await shop.tip('one'));
    expect(text(await base.read('src/a.ts'))).toBe('export const a = 1;\n');
    expect(text(await head.read('src/a.ts'))).toBe('export const a = 2;\n');
    expect(text(await head.read('package.json'))).toBe('missing');
    expect(text(await head.read('src'))).toBe('missing');
    expect(text(await head.read('src/a.ts/x'))).toBe('missing');
    expect(await head.list('nowhere')).toEqual([]);
    expect((await head.list('src')).map((e) => `${e.type} ${e.name}`)).toEqual(['file a.ts', 'directory deep']);
  });

  test('of one commit against itself is empty and asks nothing', async () => {
    github.clearLog();
    const tip = await shop.tip('main');
    expect((await host.snapshot(shop.ref, tip, tip)).files).toEqual([]);
    expect(github.appRequests()).toEqual([]);
  });

  test('costs two requests for each directory that differs, and only once', async () => {
    await shop.push('five', { 'a/x/1': '1', 'a/y/2': '2', 'src/a.ts': '3' });
    const [base, head] = [await shop.tip('main'), await shop.tip('five')];
    const fresh = hostOf(github);
    await fresh.repository(shop.ref);
    github.clearLog();
    await fresh.snapshot(shop.ref, base, head);
    // Both roots, both src, and the three new directories.
    expect(github.appRequests()).toHaveLength(7);
    github.clearLog();
    await fresh.snapshot(shop.ref, base, head);
    expect(github.appRequests()).toHaveLength(0);
  });

  test('asks all of one level at once', async () => {
    const [base, head] = [await shop.tip('main'), await shop.tip('five')];
    const fresh = hostOf(github);
    await fresh.repository(shop.ref);
    const held = github.fault({ path: /\/git\/trees\//, held: true, times: 'always' });
    const read = fresh.snapshot(shop.ref, base, head);
    // Both roots; `a` and both `src`; `a/x` and `a/y`.
    for (const level of [2, 3, 2]) {
      await expect.poll(() => held.waiting()).toBe(level);
      held.release();
    }
    await read;
    held.remove();
  });

  test('never takes a truncated listing for an answer', async () => {
    await shop.push('six', { 'big/1': '1', 'src/a.ts': 'changed' });
    const fresh = hostOf(github);
    const head = await shop.tip('six');
    const root = await fresh.tree(shop.ref, head).list('');
    const big = root.find((entry) => entry.name === 'big');
    const cut = (json: unknown) => ({ ...(json as object), truncated: true, tree: [] });
    github.fault({ path: new RegExp(`trees/${big?.sha}`), change: cut });
    const snapshot = await fresh.snapshot(shop.ref, await shop.tip('main'), head);
    expect(snapshot.files.map((f) => f.path)).toEqual(['src/a.ts']);
    expect(snapshot.unread).toEqual([{ path: 'big', reason: expect.stringContaining('too large'), transient: false }]);
    expect(await snapshot.head.read('big/1')).toMatchObject({ state: 'unreadable', transient: false });
  });
});

describe('names that JSON cannot carry', () => {
  test('leave their directory partly unread', async () => {
    await shop.push('odd', { 'odd/a': '1', 'odd/b': '2' });
    const head = await shop.tip('odd');
    const fresh = hostOf(github);
    const odd = (await fresh.tree(shop.ref, head).list('')).find((entry) => entry.name === 'odd');
    const lossy = (json: unknown) => {
      const answer = json as { tree: { path: string }[] };
      return { ...answer, tree: answer.tree.map((entry) => ({ ...entry, path: 'x\uFFFD' })) };
    };
    github.fault({ path: new RegExp(`trees/${odd?.sha}`), change: lossy });
    const snapshot = await fresh.snapshot(shop.ref, await shop.tip('main'), head);
    expect(snapshot.unread).toEqual([{ path: 'odd', reason: expect.stringContaining('UTF-8'), transient: false }]);
  });
});

describe('a file', () => {
  test('over the limit is unreadable for good, without being fetched', async () => {
    await shop.push('seven', { 'huge.txt': 'x'.repeat(100_001), 'large.txt': 'x'.repeat(99_999) });
    const tree = host.tree(shop.ref, await shop.tip('seven'));
    await tree.list('');
    github.clearLog();
    expect(await tree.read('huge.txt')).toMatchObject({ state: 'unreadable', transient: false });
    expect(github.appRequests()).toHaveLength(0);
    expect(await tree.read('large.txt')).toMatchObject({ state: 'bytes' });
  });

  test('kept in Git LFS is unreadable for good', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 5\n`;
    await shop.push('eight', { 'model.bin': pointer });
    expect(await host.fileAt(shop.ref, await shop.tip('eight'), 'model.bin')).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('LFS'),
      transient: false,
    });
  });

  test('of any bytes comes as it is', async () => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, i) => i % 256);
    await shop.push('nine', { 'b.bin': bytes });
    const read = await host.tree(shop.ref, await shop.tip('nine')).read('b.bin');
    expect(read).toMatchObject({ state: 'bytes', bytes: bytes });
  });

  test('is kept in memory of its own, so that a thousand small ones weigh what is counted for them', async () => {
    await shop.push('ten', { 'src/small.js': 'export const ten = 10;\n', 'src/tiny.js': '10;\n' });
    const fresh = hostOf(github);
    const tip = await shop.tip('ten');
    const read = [
      await fresh.tree(shop.ref, tip).read('src/small.js'),
      await fresh.fileAt(shop.ref, tip, 'src/tiny.js'),
    ];
    for (const content of read) {
      if (content.state !== 'bytes') throw new Error(`${content.state} instead of bytes`);
      expect(content.bytes.buffer.byteLength).toBe(content.bytes.byteLength);
    }
  });

  test('whose content does not hash to its name is not believed', async () => {
    const lie = (json: unknown) => ({ ...(json as object), content: Buffer.from('innocent').toString('base64') });
    const tree = hostOf(github).tree(shop.ref, await shop.tip('one'));
    const fault = github.fault({ path: /git\/blobs/, times: 9, change: lie });
    expect(await tree.read('src/a.ts')).toMatchObject({ state: 'unreadable', transient: true });
    fault.remove();
    expect(text(await tree.read('src/a.ts'))).toBe('export const a = 2;\n');
  });

  test('may be kept beyond the process, and a cache that lies is not believed', async () => {
    const kept = new Map<string, Uint8Array>();
    const blobs = {
      get: async (sha: string) => kept.get(sha),
      put: async (sha: string, bytes: Uint8Array) => void kept.set(sha, bytes),
    };
    const commit = await shop.tip('one');
    const read = async () => {
      const tree = createHost(clientsOf(github), { ...optionsOf(github), blobs }).tree(shop.ref, commit);
      await tree.list('src');
      github.clearLog();
      return { said: text(await tree.read('src/a.ts')), requests: github.appRequests().length };
    };
    expect(await read()).toEqual({ said: 'export const a = 2;\n', requests: 1 });
    expect(await read()).toEqual({ said: 'export const a = 2;\n', requests: 0 });
    for (const sha of kept.keys()) kept.set(sha, Buffer.from('export const a = evil;'));
    expect(await read()).toEqual({ said: 'export const a = 2;\n', requests: 1 });
  });

  test('asked for alone costs one request, also in a folder', async () => {
    const fresh = hostOf(github);
    await fresh.repository(shop.ref);
    github.clearLog();
    expect(text(await fresh.fileAt(shop.ref, await shop.tip('one'), 'src/a.ts'))).toBe('export const a = 2;\n');
    expect(github.appRequests()).toHaveLength(1);
  });

  test('at a commit is asked for once, found or not; at a branch each time', async () => {
    const fresh = hostOf(github);
    const tip = await shop.tip('one');
    const ask = () => Promise.all([fresh.fileAt(shop.ref, tip, 'src/a.ts'), fresh.fileAt(shop.ref, tip, 'nowhere')]);
    const first = await ask();
    github.clearLog();
    expect(await ask()).toEqual(first);
    expect(github.appRequests()).toHaveLength(0);

    await shop.push('main', { 'policy.yml': 'one' });
    expect(text(await fresh.fileAt(shop.ref, 'HEAD', 'policy.yml'))).toBe('one');
    expect(text(await fresh.fileAt(shop.ref, 'HEAD', 'none.yml'))).toBe('missing');
    await shop.push('main', { 'policy.yml': 'two', 'none.yml': 'there' });
    expect(text(await fresh.fileAt(shop.ref, 'HEAD', 'policy.yml'))).toBe('two');
    expect(text(await fresh.fileAt(shop.ref, 'HEAD', 'none.yml'))).toBe('there');
    await shop.push('main', { 'policy.yml': null, 'none.yml': null });
  });

  test('of another repository is never taken from this one, though it be handed in under the same id', async () => {
    const fresh = hostOf(github);
    const tip = await shop.tip('one');
    expect((await fresh.fileAt(shop.ref, tip, 'src/a.ts')).state).toBe('bytes');
    const elsewhere = { ...shop.ref, name: '.github' };
    expect((await fresh.fileAt(elsewhere, tip, 'src/a.ts')).state).toBe('unreadable');
    const [, other] = await Promise.allSettled([fresh.pullRequest(shop.ref, 1), fresh.repository(elsewhere)]);
    expect(other.status).toBe('rejected');
  });

  test('that is not there is missing; in a commit that is not there it is unknown', async () => {
    expect(await host.fileAt(shop.ref, await shop.tip('one'), '.github/countersign.yml')).toEqual({ state: 'missing' });
    expect(await host.fileAt(shop.ref, await shop.tip('one'), 'src')).toEqual({ state: 'missing' });
    expect(await host.fileAt(shop.ref, 'd'.repeat(40), 'x')).toMatchObject({ state: 'unreadable', transient: false });
  });

  test('is fetched once, however many ask at the same time', async () => {
    const fresh = hostOf(github);
    const tree = fresh.tree(shop.ref, await shop.tip('one'));
    await tree.list('src');
    github.clearLog();
    await Promise.all(Array.from({ length: 10 }, () => tree.read('src/a.ts')));
    expect(github.appRequests()).toHaveLength(1);
  });
});

describe('a pull request', () => {
  test('is shown with its author, branches and head as they are now', async () => {
    await shop.push('pr', { 'src/a.ts': 'first' }, { as: 'Copilot' });
    const number = await shop.open({
      branch: 'pr',
      title: 'T',
      body: 'B',
      as: 'Copilot',
      labels: ['bot'],
      assignees: ['bob'],
    });
    const head = await shop.push('pr', { 'src/a.ts': 'second' }, { as: 'Copilot' });
    expect(await host.pullRequest(shop.ref, number)).toMatchObject({
      number,
      state: 'open',
      merged: false,
      draft: false,
      title: 'T',
      body: 'B',
      author: { id: 198982749, login: 'Copilot', type: 'Bot' },
      labels: ['bot'],
      headSha: head,
      headRef: 'pr',
      headRepositoryId: shop.ref.id,
      baseRef: 'main',
      commitCount: 2,
    });
    expect(await host.mergeBase(shop.ref, await shop.tip('main'), head)).toBe(await shop.tip('main'));
  });

  test('of a fork is read in the base repository', async () => {
    const head = await shop.push('patch', { 'src/f.ts': 'fork' }, { fork: 'mallory' });
    const number = await shop.open({ branch: 'patch', title: 'F', as: 'mallory', fork: 'mallory' });
    const pull = await host.pullRequest(shop.ref, number);
    expect(pull.headRepositoryId).not.toBe(shop.ref.id);
    const snapshot = await host.snapshot(shop.ref, pull.baseSha, pull.headSha);
    expect(snapshot.files.map((f) => f.path)).toEqual(['src/f.ts']);
    expect((await host.openPullRequestsAt(shop.ref, head)).map((p) => p.number)).toEqual([number]);
  });

  test('is found by its head among the open ones, all of them', async () => {
    const head = await shop.push('same', { s: 's' });
    const first = await shop.open({ branch: 'same', title: '1', as: 'alice' });
    await shop.push('side', { other: 'o' });
    const second = await shop.open({ branch: 'same', title: '2', as: 'alice', base: 'side' });
    const third = await shop.open({ branch: 'same', title: '3', as: 'alice', base: 'five' });
    await shop.close(third, 'alice');
    const found = await host.openPullRequestsAt(shop.ref, head);
    expect(found.map((p) => p.number).sort()).toEqual([first, second].sort());
  });

  test('has its commits with their accounts, beyond the 250 that GitHub lists', async () => {
    for (let i = 0; i < 3; i += 1)
      await shop.push('commits', { n: String(i) }, { as: 'Copilot', message: `Step ${i}`, verified: i === 2 });
    const number = await shop.open({ branch: 'commits', title: 'C', as: 'Copilot' });
    const { commits, complete } = await host.commits(shop.ref, number);
    expect(complete).toBe(true);
    expect(commits.map((c) => [c.message, c.authorId, c.authorLogin, c.verified])).toEqual([
      ['Step 0', 198982749, 'Copilot', false],
      ['Step 1', 198982749, 'Copilot', false],
      ['Step 2', 198982749, 'Copilot', true],
    ]);
    for (let i = 0; i < 255; i += 1) await shop.push('commits', {}, { message: `More ${i}` });
    const many = await host.commits(shop.ref, number);
    expect([many.commits.length, many.complete]).toEqual([258, true]);
    expect(many.commits.map(({ message }) => message).slice(-2)).toEqual(['More 253', 'More 254']);
  });

  test('list beyond one page is read to its end', async () => {
    await shop.push('many', { m: 'm' });
    for (let i = 0; i < 101; i += 1) await shop.open({ branch: 'many', title: `M${i}`, as: 'alice' });
    expect((await host.openPullRequestsAt(shop.ref, await shop.tip('many'))).length).toBe(101);
    const { pullRequests, complete } = await host.openPullRequests(shop.ref);
    expect(complete).toBe(true);
    expect(pullRequests.length).toBeGreaterThan(101);
    await shop.label(1, 'touched', 'alice');
    await shop.edit(1, { body: 'touched' }, 'alice');
    expect((await host.openPullRequests(shop.ref)).pullRequests[0]?.number).toBe(1);
  });
});

describe('a repository', () => {
  test('is shown with the tip of its default branch', async () => {
    expect(await host.repository(shop.ref)).toMatchObject({
      defaultBranch: 'main',
      defaultSha: await shop.tip('main'),
      owner: { login: 'acme', type: 'Organization' },
      private: false,
      archived: false,
    });
    expect(await host.repositoriesOf(shop.ref.installationId)).toEqual([shop.ref]);
  });
});

test('a bare name is understood with and without a charset', () => {
  const sha = 'a'.repeat(40);
  const bytes = new TextEncoder().encode(`${sha}\n`).buffer;
  expect([BareSha.parse(sha), BareSha.parse(bytes)]).toEqual([sha, sha]);
  expect(BareSha.safeParse('<html>').success).toBe(false);
});

describe('people', () => {
  test('are ranked by what they may do, not by the coarse word', async () => {
    const ranks = await Promise.all(
      ['alice', 'bob', 'Copilot', 'mallory'].map((login) => host.permission(shop.ref, login)),
    );
    expect(ranks.map(({ account, rank, roleName }) => [account.login, rank, roleName])).toEqual([
      ['alice', 'admin', 'admin'],
      ['bob', 'maintain', 'maintain'],
      ['Copilot', 'write', 'write'],
      ['mallory', 'write', 'release-captain'],
    ]);
  });

  test('who do not exist are a refusal', async () => {
    await expect(host.permission(shop.ref, 'nobody')).rejects.toMatchObject({ code: 'host-refused' });
  });

  test('of a rank or above are listed', async () => {
    const logins = async (rank: 'write' | 'maintain' | 'admin') =>
      (await host.collaborators(shop.ref, rank)).accounts.map((a) => a.login).sort();
    expect(await logins('maintain')).toEqual(['alice', 'bob']);
    expect(await logins('write')).toEqual(['Copilot', 'alice', 'bob', 'mallory']);
  });

  test('are members of a team or not', async () => {
    expect(await host.isTeamMember(shop.ref, 'security', 'alice')).toBe(true);
    expect(await host.isTeamMember(shop.ref, 'security', 'bob')).toBe(false);
    expect(await host.isTeamMember(shop.ref, 'no-such-team', 'alice')).toBe(false);
  });

  test('who pushed a branch are known by id, the latest first', async () => {
    const one = await shop.push('pushed', { p: '1' }, { as: 'Copilot' });
    const two = await shop.push('pushed', { p: '2' }, { as: 'bob' });
    const pushes = await host.pushes(shop.ref, 'pushed');
    expect(pushes.map((p) => [p.before, p.after, p.actor?.login])).toEqual([
      [one, two, 'bob'],
      ['0'.repeat(40), one, 'Copilot'],
    ]);
    expect(pushes[1]?.actor?.id).toBe(198982749);
  });
});

describe('comments', () => {
  test('are ours by the App and the marker, never by the marker alone', async () => {
    await shop.push('talk', { t: 't' });
    const number = await shop.open({ branch: 'talk', title: 'Talk', as: 'alice' });
    const marker = '<!-- countersign -->';
    await shop.comment(number, `${marker} forged`, 'mallory');
    await shop.comment(number, `${marker} forged through an App`, 'mallory', { id: 99, slug: 'other' });
    const own = await host.createComment(shop.ref, number, `${marker}\nours`);
    expect(own).toMatchObject({ viaAppId: github.app.id, author: { type: 'Bot' } });
    await host.createComment(shop.ref, number, 'ours without the marker');
    expect((await host.ownComments(shop.ref, number, marker)).map((c) => c.id)).toEqual([own.id]);

    const edited = await host.updateComment(shop.ref, own.id, `${marker}\nedited`);
    expect(edited.body).toContain('edited');
    expect((await host.comment(shop.ref, own.id))?.body).toBe(edited.body);
    await host.deleteComment(shop.ref, own.id);
    await host.deleteComment(shop.ref, own.id);
    expect(await host.comment(shop.ref, own.id)).toBeNull();
  });
});
