import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { snapshotFromFolders, snapshotOfAll } from '../../src/git/folders.ts';
import { folder, git, link, names, repository, text } from './support.ts';

const limits = { maxBlobBytes: 1_000 };

describe('two folders', () => {
  test('differ as two commits would', async () => {
    const base = folder({ 'a.ts': 'a', 'old/b.ts': 'bb', 'same.ts': 's' });
    const head = folder({ 'a.ts': 'a2', 'new/b.ts': 'bb', 'same.ts': 's', 'c.ts': 'c' });
    const snapshot = await snapshotFromFolders(base, head, limits);
    expect(names(snapshot)).toEqual(['modified a.ts', 'added c.ts', 'renamed old/b.ts -> new/b.ts']);
    expect(text(await snapshot.base.read('a.ts'))).toBe('a');
    expect(text(await snapshot.head.read('a.ts'))).toBe('a2');
    expect(await snapshot.head.list('new')).toMatchObject([{ name: 'b.ts', type: 'file' }]);
  });

  test('name a file as git would', async () => {
    const head = folder({ 'a.ts': 'content' });
    const snapshot = await snapshotFromFolders(folder(), head, limits);
    expect(snapshot.files[0]?.head?.sha).toBe(git(repository({ 'a.ts': 'content' }), 'rev-parse', 'HEAD:a.ts'));
  });

  test('that are not there are refused', async () => {
    await expect(snapshotFromFolders(folder(), '/no/such/folder', limits)).rejects.toMatchObject({ code: 'bad-usage' });
    const file = join(folder({ f: 'f' }), 'f');
    await expect(snapshotOfAll(file, limits)).rejects.toMatchObject({ code: 'bad-usage' });
  });
});

describe('everything in a folder', () => {
  test('is added, installed packages too, git itself not', async () => {
    const root = repository({ 'a.ts': 'a', 'node_modules/x/index.js': 'x', '.github/w.yml': 'w' });
    expect(names(await snapshotOfAll(root, limits))).toEqual([
      'added .github/w.yml',
      'added a.ts',
      'added node_modules/x/index.js',
    ]);
  });

  test('is never read through links or sockets, and says what is too large', async () => {
    const secret = folder({ key: 'secret' });
    const root = folder({ 'large.txt': 'x'.repeat(1_001) });
    link(root, 'dir', secret);
    link(root, 'file', join(secret, 'key'));
    link(root, 'loop', '.');
    const socket = createServer().listen(join(root, 'socket'));
    await once(socket, 'listening');
    const snapshot = await snapshotOfAll(root, limits);
    expect(snapshot.files.map((f) => [f.path, f.head?.mode])).toEqual([
      ['dir', '120000'],
      ['file', '120000'],
      ['large.txt', '100644'],
      ['loop', '120000'],
    ]);
    expect(snapshot.unread).toEqual([{ path: 'socket', reason: expect.any(String), transient: false }]);
    expect(text(await snapshot.head.read('dir/key'))).toBe('missing');
    expect(text(await snapshot.head.read('large.txt'))).toBe('unreadable');
    expect(text(await snapshot.head.read('../etc/passwd'))).toBe('missing');
    socket.close();
  });

  test('may be named through a link', async () => {
    const root = folder({ 'real/a.ts': 'a' });
    link(root, 'alias', 'real');
    expect(names(await snapshotOfAll(join(root, 'alias'), limits))).toEqual(['added a.ts']);
  });
});
