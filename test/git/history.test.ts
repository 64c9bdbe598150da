import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../src/commands/scan.ts';
import { collectHistory, type ListedDirectory } from '../../src/core/history.ts';
import { historyFromGit } from '../../src/git/index.ts';
import { commit, git, repository, write } from './support.ts';

const BODY = 'k3Xz9QwL2mVb7RtY5nHs8JdF';
const LITERAL = `https://hooks.slack.com/services/T0A1B2C3D/B0A1B2C3D/${BODY}`;
const WITH_SECRET = `export const hook = '${LITERAL}';\n`;
const LIMITS = { maxCommits: 100, maxBlobBytes: 1_000_000 };

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

async function historyOf(root: string, from: string) {
  const history = await historyFromGit({ repository: root, mergeBase: from, head: 'HEAD', ...LIMITS });
  closing.push(() => history.close());
  return history;
}

async function scan(root: string, ...more: readonly string[]) {
  let out = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: () => undefined,
    stdin: (async function* () {})(),
    env: {},
    interactive: false,
    now: () => Date.UTC(2026, 10, 21),
  };
  const code = await run(['--repository', root, '--offline', '--format', 'json', ...more], io);
  return { code, out, result: JSON.parse(out) as { findings: { ruleId: string; message: string }[] } };
}

test('every commit is compared with its parent, and only what it brings in is named', async () => {
  const root = repository({ 'a/one.ts': '1', 'b/two.ts': '2' });
  const base = git(root, 'rev-parse', 'HEAD');
  write(root, { 'a/one.ts': WITH_SECRET });
  const first = commit(root);
  write(root, { 'a/one.ts': 'clean' });
  const second = commit(root);
  const { files, unread, read } = await historyOf(root, base);
  expect(files.map(({ commit: sha, path, before }) => [sha, path, before.length])).toEqual([
    [first, 'a/one.ts', 1],
    [second, 'a/one.ts', 1],
  ]);
  expect(unread).toEqual([]);
  const [content] = await Promise.all(files.slice(0, 1).map(({ after }) => read(after)));
  expect(content).toMatchObject({ state: 'bytes' });
});

test('what a merge takes over from the base is not its own; what it changes beside is', async () => {
  const root = repository({ 'x.ts': '0', 'y.ts': '0' });
  git(root, 'checkout', '-q', '-b', 'topic');
  write(root, { 'x.ts': 'topic' });
  commit(root);
  git(root, 'checkout', '-q', 'main');
  write(root, { 'y.ts': WITH_SECRET, 'z/deep/new.ts': 'base' });
  const base = commit(root);
  git(root, 'checkout', '-q', 'topic');
  git(root, 'merge', '-q', '--no-ff', '--no-commit', 'main');
  write(root, { 'evil.ts': 'added in the merge itself' });
  const merge = commit(root, 'Merge main');
  const { files } = await historyOf(root, base);
  expect(files.filter((file) => file.commit === merge).map(({ path }) => path)).toEqual(['evil.ts']);
  expect(files.map(({ path }) => path)).not.toContain('y.ts');
});

test('an executable bit alone brings in nothing, and a submodule has no content here', async () => {
  const root = repository({ 'run.sh': 'echo' });
  const base = git(root, 'rev-parse', 'HEAD');
  git(root, 'update-index', '--chmod=+x', 'run.sh');
  git(root, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/sub`);
  git(root, 'commit', '-q', '-m', 'Modes');
  expect((await historyOf(root, base)).files).toEqual([]);
});

test('a history beyond the limits is named, never cut in silence', async () => {
  const listings = new Map<string, ListedDirectory>(
    ['p', 'c1', 'c2', 't1', 't2'].map((name) => [
      name,
      {
        state: 'entries',
        entries: name.startsWith('c') ? [{ name: 'dir', mode: '040000', sha: `t${name.slice(1)}` }] : [],
      },
    ]),
  );
  const commits = [
    { sha: 'c1', parents: ['p'] },
    { sha: 'c2', parents: ['c1'] },
  ];
  const list = async (sha: string) => listings.get(sha) ?? { state: 'entries' as const, entries: [] };
  const whole = await collectHistory(commits, list, { maxListings: 5, maxBlobs: 9, maxDepth: 9 });
  expect(whole.unread).toEqual([]);
  const cut = await collectHistory(commits, list, { maxListings: 4, maxBlobs: 9, maxDepth: 9 });
  expect(cut.unread).toEqual([expect.objectContaining({ path: 'dir (commit c2)', transient: false })]);
  const shallow = await collectHistory(commits, list, { maxListings: 9, maxBlobs: 9, maxDepth: 1 });
  expect(shallow.unread[0]?.reason).toContain('2 commits were not read in full');
});

test('a directory that cannot be listed is unread, with its commit', async () => {
  const list = async (sha: string): Promise<ListedDirectory> =>
    sha === 'p' ? { state: 'unread', reason: 'gone', transient: true } : { state: 'entries', entries: [] };
  const { unread } = await collectHistory([{ sha: 'c1', parents: ['p'] }], list, {
    maxListings: 9,
    maxBlobs: 9,
    maxDepth: 9,
  });
  expect(unread).toEqual([{ path: 'root (commit c1)', reason: 'gone', transient: true }]);
});

test('a shallow clone says what is missing', async () => {
  const root = repository({ 'a.ts': '1' });
  const base = git(root, 'rev-parse', 'HEAD');
  write(root, { 'a.ts': '2' });
  commit(root);
  const blob = git(root, 'rev-parse', `${base}^{tree}`);
  rmSync(join(root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
  expect((await historyOf(root, base)).unread[0]?.reason).toContain('not in this repository');
});

test('scan tells of a secret that one commit adds and the next takes out, and names the commit', async () => {
  const root = repository({ 'src/a.ts': 'export const a = 1;\n' });
  git(root, 'checkout', '-q', '-b', 'topic');
  write(root, { 'src/hook.ts': WITH_SECRET });
  const added = commit(root, 'Try it');
  write(root, { 'src/hook.ts': 'export const hook = process.env.HOOK;\n' });
  commit(root, 'Read it from the environment');
  for (const range of [['--base', 'main', '--head', 'topic'], []]) {
    const { code, out, result } = await scan(root, ...range);
    expect(code).toBe(1);
    const told = result.findings.filter(({ ruleId }) => ruleId === 'secret-committed');
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain(added.slice(0, 12));
    expect(out).not.toContain(BODY);
  }
});

test('one secret is one finding, whether the end of the change still holds it or several commits touch it', async () => {
  const root = repository({ 'src/a.ts': 'export const a = 1;\n' });
  git(root, 'checkout', '-q', '-b', 'topic');
  write(root, { 'src/hook.ts': `// one\n${WITH_SECRET}` });
  commit(root);
  write(root, { 'src/hook.ts': `// two\n${WITH_SECRET}` });
  commit(root);
  write(root, { 'src/hook.ts': `// three\n${WITH_SECRET}` });
  commit(root);
  const { result } = await scan(root, '--base', 'main', '--head', 'topic');
  const told = result.findings.filter(({ message }) => message.includes('credential'));
  expect(told).toHaveLength(1);
  expect(told[0]?.message).not.toContain('by commit');
});

test('a secret that came with the base through a merge is nobody’s', async () => {
  const root = repository({ 'x.ts': 'export const x = 0;\n' });
  git(root, 'checkout', '-q', '-b', 'topic');
  write(root, { 'x.ts': 'export const x = 1;\n' });
  commit(root);
  git(root, 'checkout', '-q', 'main');
  write(root, { 'x.ts': `export const x = 0;\n\n\n${WITH_SECRET}` });
  commit(root);
  git(root, 'checkout', '-q', 'topic');
  git(root, 'merge', '-q', '-X', 'theirs', '--no-commit', 'main');
  write(root, { 'x.ts': `export const x = 1;\n\n\n${WITH_SECRET}` });
  commit(root, 'Merge main, by hand');
  write(root, { 'x.ts': `export const x = 2;\n\n\n${WITH_SECRET}` });
  commit(root);
  const { result } = await scan(root, '--base', 'main', '--head', 'topic');
  expect(result.findings.filter(({ ruleId }) => ruleId === 'secret-committed')).toEqual([]);
});
