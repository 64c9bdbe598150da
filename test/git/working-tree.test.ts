import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LocalSnapshot } from '../../src/git/snapshot.ts';
import { snapshotFromWorkingTree } from '../../src/git/working-tree.ts';
import { commit, folder, git, link, names, repository, text, write } from './support.ts';

async function tree<T>(
  root: string,
  use: (s: LocalSnapshot) => Promise<T> | T,
  base: string | null = null,
): Promise<T> {
  const snapshot = await snapshotFromWorkingTree({ repository: root, base, maxBlobBytes: 100_000 });
  try {
    return await use(snapshot);
  } finally {
    snapshot.close();
  }
}

describe('the working tree', () => {
  test('is compared with the merge base: committed, staged, unstaged and untracked alike, ignored not', async () => {
    const root = repository({ 'a.ts': 'a', 'b.ts': 'b', 'gone.ts': 'unlike the others', '.gitignore': 'out/\n' });
    git(root, 'checkout', '-q', '-b', 'topic');
    write(root, { 'committed.ts': '1' });
    commit(root);
    write(root, { 'staged.ts': '22' });
    git(root, 'add', 'staged.ts');
    write(root, { 'a.ts': 'changed', 'untracked.ts': '333', 'out/ignored.js': 'i' });
    rmSync(join(root, 'gone.ts'));
    await tree(root, async (snapshot) => {
      expect(names(snapshot)).toEqual([
        'modified a.ts',
        'added committed.ts',
        'removed gone.ts',
        'added staged.ts',
        'added untracked.ts',
      ]);
      expect(text(await snapshot.head.read('a.ts'))).toBe('changed');
      expect(text(await snapshot.base.read('a.ts'))).toBe('a');
      expect(text(await snapshot.head.read('out/ignored.js'))).toBe('missing');
      expect((await snapshot.head.list('')).map((e) => e.name).sort()).toEqual([
        '.gitignore',
        'a.ts',
        'b.ts',
        'committed.ts',
        'staged.ts',
        'untracked.ts',
      ]);
    });
  });

  test('without any change is empty, also from a folder inside', async () => {
    const root = repository({ 'a.ts': 'a', 'in/b.ts': 'b' });
    expect(await tree(join(root, 'in'), names)).toEqual([]);
  });

  test('prefers what the remote calls its default branch', async () => {
    const origin = repository({ 'a.ts': 'a' });
    const away = folder();
    git(away, 'clone', '-q', origin, 'it');
    const root = join(away, 'it');
    write(root, { 'b.ts': 'b' });
    commit(root, 'On main, not pushed');
    expect(await tree(root, names)).toEqual(['added b.ts']);
  });

  test('never reads through a link, be it the file or a folder above it', async () => {
    const secret = folder({ 'key.pem': 'secret', 'sub/key.pem': 'secret' });
    const root = repository({ 'dir/sub/key.pem': 'public', 'a.ts': 'a' });
    rmSync(join(root, 'dir'), { recursive: true });
    symlinkSync(secret, join(root, 'dir'));
    link(root, 'stolen', join(secret, 'key.pem'));
    await tree(root, async ({ files, head }) => {
      expect(files.map((f) => [f.status, f.path, f.head?.mode ?? null])).toEqual([
        ['added', 'dir', '120000'],
        ['removed', 'dir/sub/key.pem', null],
        ['added', 'stolen', '120000'],
      ]);
      expect(text(await head.read('dir/sub/key.pem'))).toBe('missing');
      expect(text(await head.read('stolen'))).toBe(join(secret, 'key.pem'));
    });
  });

  test('with other line ends on disk is no change', async () => {
    const root = repository({ 'a.txt': 'one\ntwo\n', 'b.txt': 'one\ntwo\n' });
    write(root, { 'a.txt': 'one\r\ntwo\r\n', 'b.txt': 'one\r\ntwo and more\r\n' });
    expect(await tree(root, names)).toEqual(['modified b.txt']);
  });

  test('of a sparse checkout still has what was left out', async () => {
    const root = repository({ 'in/a.ts': 'a', 'out/b.ts': 'b' });
    git(root, 'sparse-checkout', 'set', 'in');
    await tree(root, async (snapshot) => {
      expect(names(snapshot)).toEqual([]);
      expect(text(await snapshot.head.read('out/b.ts'))).toBe('b');
    });
  });

  test('is where the repository lies, wherever its configuration points', async () => {
    const elsewhere = folder({ 'secret.txt': 's' });
    const root = repository({ 'a.ts': 'a' });
    write(root, { 'a.ts': 'b' });
    git(root, 'config', 'core.worktree', elsewhere);
    expect(await tree(root, names)).toEqual(['modified a.ts']);
  });

  test('of a linked worktree is its own', async () => {
    const root = repository({ 'a.ts': 'a' });
    const away = folder();
    git(root, 'worktree', 'add', '-q', '-b', 'topic', join(away, 'wt'));
    write(join(away, 'wt'), { 'b.ts': 'b' });
    expect(await tree(join(away, 'wt'), names)).toEqual(['added b.ts']);
  });

  test('of a bare repository is none', async () => {
    const bare = folder();
    git(bare, 'init', '-q', '--bare');
    await expect(tree(bare, names)).rejects.toMatchObject({ code: 'bad-usage' });
  });
});
