import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BlobRef, FileChange, Snapshot, Tree } from '../../src/core/snapshot.ts';
import { diffDigestOf } from '../../src/review/involvement.ts';
import { isSamePatch } from '../../src/review/own-patch.ts';

type Files = Readonly<Record<string, string>>;

/** A change between two trees held in memory. */
function change(base: Files, head: Files, mode: BlobRef['mode'] = '100644'): Snapshot {
  const paths = [...new Set([...Object.keys(base), ...Object.keys(head)])].filter((path) => base[path] !== head[path]);
  const files = paths.map((path): FileChange => {
    const [old, now] = [blob(base[path], mode), blob(head[path], mode)];
    const status = old === null ? 'added' : now === null ? 'removed' : 'modified';
    return { status, path, base: old, head: now };
  });
  return { mergeBase: 'b', headSha: 'h', files, base: tree(base), head: tree(head), unread: [] };
}

function blob(text: string | undefined, mode: BlobRef['mode']): BlobRef | null {
  return text === undefined ? null : { sha: createHash('sha1').update(text).digest('hex'), mode };
}

function tree(files: Files): Tree {
  return {
    label: 'memory',
    read: async (path) => {
      const text = files[path];
      return text === undefined
        ? { state: 'missing' }
        : { state: 'bytes', bytes: Buffer.from(text), sha: blob(text, '100644')?.sha ?? '' };
    },
    list: async () => [],
  };
}

const OLD = 'start()\nload()\ncheck()\nsave()\nstop()\n';
const OURS = OLD.replace('load()', 'load(all)');
const BASE = OLD.replace('stop()', 'stop(now)');
const BOTH = BASE.replace('load()', 'load(all)');
const before = change({ 'a.js': OLD }, { 'a.js': OURS });

describe('a change after its base moved', () => {
  test('is the same where each file is what a clean merge leaves', async () => {
    const after = change({ 'a.js': BASE, 'other.js': '1' }, { 'a.js': BOTH, 'other.js': '1' });
    expect(diffDigestOf(after)).not.toBe(diffDigestOf(before));
    expect(await isSamePatch(before, after)).toBe(true);
  });

  test.each([
    ['one line was smuggled in', { 'a.js': BOTH.replace('check()', 'check(false)') }],
    ['one line went', { 'a.js': BOTH.replace('check()\n', '') }],
    ['the same lines stand elsewhere', { 'a.js': 'start()\ncheck()\nload(all)\nsave()\nstop(now)\n' }],
    ['what the base brought was left out', { 'a.js': OURS }],
    ['what the change brought was left out', { 'a.js': BASE }],
    ['the end of the file is another', { 'a.js': BOTH.trimEnd() }],
    ['another file came with it', { 'a.js': BOTH, 'b.js': '2' }],
    ['the file went', {}],
  ])('is another where %s', async (_, head) => {
    const after = change({ 'a.js': BASE }, head);
    expect(diffDigestOf(after)).not.toBe(diffDigestOf(before));
    expect(await isSamePatch(before, after)).toBe(false);
  });

  test('is another where a conflict had to be resolved, however it was', async () => {
    const base = OLD.replace('load()', 'load(some)');
    expect(await isSamePatch(before, change({ 'a.js': base }, { 'a.js': OURS }))).toBe(false);
  });

  test('is another where the base stayed and the file did not', async () => {
    const after = change({ 'a.js': OLD }, { 'a.js': OURS.replace('save()', 'save(x)') });
    expect(await isSamePatch(before, after)).toBe(false);
  });

  test('is not compared, and thereby another, as a link, binary, executable at once, large or unlisted', async () => {
    const after = change({ 'a.js': BASE }, { 'a.js': BOTH });
    const linked = change({ 'a.js': OLD }, { 'a.js': OURS }, '120000');
    expect(await isSamePatch(linked, change({ 'a.js': BASE }, { 'a.js': BOTH }, '120000'))).toBe(false);
    expect(await isSamePatch(before, change({ 'a.js': BASE }, { 'a.js': BOTH }, '100755'))).toBe(false);
    const [binary, now] = [`\0${OLD}`, `\0${BASE}`];
    const changed = change({ a: binary }, { a: `\0${OURS}` });
    expect(await isSamePatch(changed, change({ a: now }, { a: `\0${BOTH}` }))).toBe(false);
    const large = 'x\n'.repeat(600_000);
    const grown = change({ a: OLD + large }, { a: OURS + large });
    expect(await isSamePatch(grown, change({ a: BASE + large }, { a: BOTH + large }))).toBe(false);
    const unread = [{ path: 'b', reason: 'cut off', transient: false }];
    expect(await isSamePatch(before, { ...after, unread })).toBe(false);
    expect(diffDigestOf({ ...after, unread })).not.toBe(diffDigestOf({ ...after, headSha: 'other', unread }));
  });

  test('is asked for again where a content cannot be read now', async () => {
    const after = change({ 'a.js': BASE }, { 'a.js': BOTH });
    const down: Tree = {
      ...after.head,
      read: async () => ({ state: 'unreadable', reason: 'it timed out', transient: true }),
    };
    await expect(isSamePatch(before, { ...after, head: down })).rejects.toMatchObject({ code: 'host-unavailable' });
  });
});
