import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitCommits } from '../../src/git/commits.ts';
import { type LocalSnapshot, snapshotFromGit } from '../../src/git/snapshot.ts';
import { processorNow } from '../support/processor.ts';
import { commit, folder, git, link, names, repository, text, write } from './support.ts';

const maxBlobBytes = 100_000;

async function range<T>(
  root: string,
  base: string,
  head: string,
  use: (s: LocalSnapshot) => Promise<T> | T,
): Promise<T> {
  const snapshot = await snapshotFromGit({ repository: root, base, head, maxBlobBytes });
  try {
    return await use(snapshot);
  } finally {
    snapshot.close();
  }
}

describe('two commits', () => {
  test('differ in what was added, changed, removed and renamed', async () => {
    const root = repository({ 'a.ts': 'a', 'b.ts': 'b', 'c/d.ts': 'd', 'e.ts': 'e' });
    rmSync(join(root, 'b.ts'));
    write(root, { 'a.ts': 'a2', 'new/b.ts': 'b', 'f.ts': 'f' });
    commit(root);
    expect(await range(root, 'HEAD~1', 'HEAD', names)).toEqual([
      'modified a.ts',
      'added f.ts',
      'renamed b.ts -> new/b.ts',
    ]);
  });

  test('are read on both sides, and list their directories', async () => {
    const root = repository({ 'a.ts': 'before', 'deep/er/x': 'x' });
    write(root, { 'a.ts': 'after', 'large.txt': 'y'.repeat(500_000), 'just.txt': 'z'.repeat(100_000) });
    commit(root);
    await range(root, 'HEAD~1', 'HEAD', async ({ base, head }) => {
      expect(text(await base.read('a.ts'))).toBe('before');
      expect(text(await head.read('a.ts'))).toBe('after');
      expect(text(await base.read('just.txt'))).toBe('missing');
      expect(text(await head.read('deep'))).toBe('missing');
      expect(text(await head.read('deep/er/x'))).toBe('x');
      expect(await head.read('large.txt')).toMatchObject({ state: 'unreadable', transient: false });
      expect((await head.read('just.txt')).state).toBe('bytes');
      expect(await head.list('deep')).toMatchObject([{ name: 'er', type: 'directory' }]);
      expect(await head.list('nowhere')).toEqual([]);
    });
  });

  test('show modes, links, submodules, and a file that became a directory', async () => {
    const root = repository({ run: '#!/bin/sh', place: 'file', 'real.ts': 'r' });
    chmodSync(join(root, 'run'), 0o755);
    rmSync(join(root, 'place'));
    write(root, { 'place/inner': 'i' });
    link(root, 'link', '/etc/passwd');
    git(root, 'add', '-A');
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${'c'.repeat(40)},sub`);
    git(root, 'commit', '-q', '-m', 'Everything else');
    git(root, 'config', 'diff.ignoreSubmodules', 'all');
    await range(root, 'HEAD~1', 'HEAD', async ({ files, head }) => {
      expect(files.map((f) => [f.path, f.base?.mode ?? null, f.head?.mode ?? null])).toEqual([
        ['link', null, '120000'],
        ['place', '100644', null],
        ['place/inner', null, '100644'],
        ['run', '100644', '100755'],
        ['sub', null, '160000'],
      ]);
      expect(text(await head.read('link'))).toBe('/etc/passwd');
      expect(text(await head.read('sub'))).toBe('unreadable');
    });
  });

  test('are compared from their merge base, not from the tip of the base', async () => {
    const root = repository({ 'a.ts': 'a' });
    git(root, 'checkout', '-q', '-b', 'topic');
    write(root, { 'topic.ts': 't' });
    commit(root);
    git(root, 'checkout', '-q', 'main');
    write(root, { 'main.ts': 'm' });
    commit(root);
    expect(await range(root, 'main', 'topic', names)).toEqual(['added topic.ts']);
  });

  test('of a bare repository serve as well', async () => {
    const root = repository({ 'a.ts': 'a' });
    write(root, { 'a.ts': 'b' });
    commit(root);
    const bare = folder();
    git(bare, 'clone', '-q', '--bare', root, 'it.git');
    expect(await range(join(bare, 'it.git'), 'HEAD~1', 'HEAD', names)).toEqual(['modified a.ts']);
  });

  test('with odd names keep them, and say which cannot be named', async () => {
    const root = repository({ 'a.ts': 'a' });
    write(root, { 'tab\tnew\nline "quote" ünï': 'x', '-rf': 'y', ':(top)glob*': 'z' });
    const blob = git(root, 'hash-object', '-w', 'a.ts');
    commit(root);
    await range(root, 'HEAD~1', 'HEAD', async (snapshot) => {
      expect(snapshot.files.map((f) => f.path).sort()).toEqual(['-rf', ':(top)glob*', 'tab\tnew\nline "quote" ünï']);
      expect(text(await snapshot.head.read('tab\tnew\nline "quote" ünï'))).toBe('x');
    });
    const { execFileSync } = await import('node:child_process');
    const entry = Buffer.concat([Buffer.from(`100644 blob ${blob}\t`), Buffer.from([0x61, 0xff, 0x0a])]);
    const tree = execFileSync('git', ['-C', root, 'mktree'], { input: entry, encoding: 'utf8' }).trim();
    const odd = git(root, 'commit-tree', tree, '-p', 'HEAD', '-m', 'odd');
    await range(root, 'HEAD', odd, (snapshot) => {
      expect(snapshot.unread).toEqual([
        { path: 'a\u00ff', reason: expect.stringContaining('UTF-8'), transient: false },
      ]);
    });
  });

  test('in a SHA-256 repository are read', async () => {
    const root = folder({ 'a.ts': 'a' });
    git(root, 'init', '-q', '-b', 'main', '--object-format=sha256');
    commit(root);
    write(root, { 'd/b.ts': 'b' });
    commit(root);
    await range(root, 'HEAD~1', 'HEAD', async (snapshot) => {
      expect(names(snapshot)).toEqual(['added d/b.ts']);
      expect(text(await snapshot.head.read('d/b.ts'))).toBe('b');
    });
  });

  test('without common history are refused', async () => {
    const root = repository({ 'a.ts': 'a' });
    git(root, 'checkout', '-q', '--orphan', 'other');
    commit(root);
    await expect(range(root, 'main', 'other', names)).rejects.toMatchObject({ code: 'bad-usage' });
  });

  test.each(['no-such-thing', '--output=/tmp/x', ''])('that are not there are refused: %j', async (revision) => {
    const root = repository({ 'a.ts': 'a' });
    await expect(range(root, revision, 'HEAD', names)).rejects.toMatchObject({ code: 'bad-usage' });
  });

  test('outside a repository are refused', async () => {
    await expect(range(folder(), 'HEAD', 'HEAD', names)).rejects.toMatchObject({ code: 'bad-usage' });
  });

  test('by the thousand are compared and read in a few seconds', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`d${i % 50}/f${i}.ts`, `${i}`]));
    const root = repository(many);
    write(root, Object.fromEntries(Object.entries(many).map(([path, content]) => [path, `${content}!`])));
    commit(root);
    const started = processorNow();
    await range(root, 'HEAD~1', 'HEAD', async ({ files, head }) => {
      const contents = await Promise.all(files.map((file) => head.read(file.path)));
      expect(contents.filter((content) => text(content).endsWith('!'))).toHaveLength(3000);
    });
    expect(processorNow() - started).toBeLessThan(5_000);
  });
});

describe('commits', () => {
  test('come oldest first with the identities that they carry', async () => {
    const root = repository({ 'a.ts': 'a' });
    const trailer = 'Second\n\nCo-Authored-By: Claude <noreply@anthropic.com>';
    commit(root, 'First of two');
    commit(root, trailer);
    const { commits, complete } = await gitCommits(root, 'HEAD~2', 'HEAD', 10);
    expect(complete).toBe(true);
    expect(commits.map((c) => c.message.trim())).toEqual(['First of two', trailer]);
    expect(commits[0]).toMatchObject({
      authorName: 'Ann Author',
      authorEmail: 'ann@example.com',
      committerEmail: 'carl@example.com',
      verified: null,
    });
  });

  test('beyond the limit are said to be left out', async () => {
    const root = repository({ 'a.ts': 'a' });
    for (let i = 0; i < 4; i += 1) commit(root, `C${i}`);
    const { commits, complete } = await gitCommits(root, 'HEAD~4', 'HEAD', 3);
    expect([commits.map((c) => c.message.trim()), complete]).toEqual([['C1', 'C2', 'C3'], false]);
  });
});
