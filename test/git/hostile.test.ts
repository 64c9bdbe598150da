import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gitCommits } from '../../src/git/commits.ts';
import { snapshotFromGit } from '../../src/git/snapshot.ts';
import { snapshotFromWorkingTree } from '../../src/git/working-tree.ts';
import { commit, folder, git, names, repository, text, trap, write } from './support.ts';

const maxBlobBytes = 100_000;

/** Whatever we do with a repository. */
async function everything(root: string): Promise<void> {
  const range = await snapshotFromGit({ repository: root, base: 'HEAD~1', head: 'HEAD', maxBlobBytes });
  for (const file of range.files) await Promise.all([range.base.read(file.path), range.head.read(file.path)]);
  await range.head.list('');
  range.close();
  const tree = await snapshotFromWorkingTree({ repository: root, base: 'HEAD~1', maxBlobBytes });
  for (const file of tree.files) await tree.head.read(file.path);
  tree.close();
  await gitCommits(root, 'HEAD~1', 'HEAD', 100);
}

function changed(): string {
  const root = repository({ 'a.txt': 'a', '.gitattributes': '* filter=evil diff=evil merge=evil text\n' });
  write(root, { 'a.txt': 'b', 'n.txt': 'n' });
  commit(root, 'Second');
  write(root, { 'a.txt': 'dirty', 'u.txt': 'untracked' });
  return root;
}

describe('nothing that a repository names is run', () => {
  test.each([
    ['a file-system monitor', ['core.fsmonitor']],
    ['filters', ['filter.evil.clean', 'filter.evil.smudge', 'filter.evil.process']],
    ['a required filter', ['filter.evil.clean', 'filter.evil.required']],
    ['textconv and external diffs', ['diff.evil.textconv', 'diff.evil.command', 'diff.external']],
    ['a pager', ['core.pager', 'pager.diff-tree', 'pager.cat-file', 'pager.rev-list']],
    ['an editor, a prompt, credentials', ['core.editor', 'core.askPass', 'credential.helper']],
    ['signature programs', ['gpg.program', 'gpg.ssh.program']],
    ['transports', ['core.sshCommand', 'core.gitProxy', 'remote.origin.uploadpack', 'core.alternateRefsCommand']],
  ])('%s', async (_name, keys) => {
    const root = changed();
    const { program, mark } = trap(folder());
    for (const key of keys) git(root, 'config', key, key.endsWith('required') ? 'true' : program);
    git(root, 'config', 'log.showSignature', 'true');
    await everything(root);
    expect(existsSync(mark)).toBe(false);
  });

  test('the trap itself works', () => {
    const root = changed();
    const { program, mark } = trap(folder());
    git(root, 'config', 'core.fsmonitor', program);
    git(root, 'status');
    expect(existsSync(mark)).toBe(true);
  });

  test('hooks', async () => {
    const root = changed();
    const { program, mark } = trap(folder());
    for (const hook of ['post-index-change', 'fsmonitor-watchman', 'reference-transaction', 'post-checkout']) {
      writeFileSync(join(root, '.git/hooks', hook), `#!/bin/sh\n'${program}'\n`);
      chmodSync(join(root, '.git/hooks', hook), 0o755);
    }
    await everything(root);
    expect(existsSync(mark)).toBe(false);
  });

  test('aliases of the commands that we use', async () => {
    const root = changed();
    const { program, mark } = trap(folder());
    for (const name of ['rev-parse', 'cat-file', 'diff-tree', 'merge-base', 'ls-files', 'rev-list'])
      git(root, 'config', `alias.${name}`, `!${program}`);
    await everything(root);
    expect(existsSync(mark)).toBe(false);
  });

  test('an included configuration', async () => {
    const root = changed();
    const { program, mark } = trap(folder());
    write(root, { 'evil.cfg': `[core]\n\tfsmonitor = ${program}\n\tpager = ${program}\n` });
    git(root, 'config', 'include.path', join(root, 'evil.cfg'));
    await everything(root);
    expect(existsSync(mark)).toBe(false);
  });

  test('a partial clone fetches nothing: what it lacks is unreadable', async () => {
    const root = repository({ 'a.txt': 'a' });
    write(root, { 'a.txt': 'b'.repeat(2_000) });
    commit(root);
    const away = folder();
    git(root, 'config', 'uploadpack.allowFilter', 'true');
    git(away, 'clone', '-q', '--no-checkout', '--filter=blob:none', `file://${root}`, 'it');
    const clone = join(away, 'it');
    const { program, mark } = trap(folder());
    git(clone, 'config', 'remote.origin.uploadpack', program);
    git(clone, 'config', 'remote.origin.url', `ext::${program}`);
    const snapshot = await snapshotFromGit({ repository: clone, base: 'HEAD~1', head: 'HEAD', maxBlobBytes });
    expect(names(snapshot)).toEqual(['modified a.txt']);
    expect(await snapshot.head.read('a.txt')).toMatchObject({ state: 'unreadable', transient: false });
    snapshot.close();
    expect(existsSync(mark)).toBe(false);
  });

  describe("nor what the caller's environment names", () => {
    const { program, mark } = trap(folder());
    const hostile = {
      GIT_EXTERNAL_DIFF: program,
      GIT_PAGER: program,
      GIT_SSH_COMMAND: program,
      GIT_ASKPASS: program,
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: program,
      GIT_TRACE: mark,
    };
    beforeAll(() => {
      Object.assign(process.env, hostile);
    });
    afterAll(() => {
      for (const name of Object.keys(hostile)) delete process.env[name];
    });
    test('is looked at', async () => {
      for (const name of Object.keys(hostile)) delete process.env[name];
      const root = changed();
      Object.assign(process.env, hostile);
      await everything(root);
      expect(existsSync(mark)).toBe(false);
    });
  });
});

describe('nothing stands in for the real objects', () => {
  test('neither a replace ref nor a graft', async () => {
    const root = repository({ 'a.txt': 'innocent' });
    write(root, { 'a.txt': 'malicious' });
    const head = commit(root);
    const [bad, good] = [git(root, 'rev-parse', 'HEAD:a.txt'), git(root, 'rev-parse', 'HEAD~1:a.txt')];
    git(root, 'replace', bad, good);
    git(root, 'replace', head, git(root, 'rev-parse', 'HEAD~1'));
    writeFileSync(join(root, '.git/info/grafts'), `${head}\n`);
    const snapshot = await snapshotFromGit({ repository: root, base: `${head}~1`, head, maxBlobBytes });
    expect(names(snapshot)).toEqual(['modified a.txt']);
    expect(text(await snapshot.head.read('a.txt'))).toBe('malicious');
    snapshot.close();
  });

  test('attributes hide nothing from the comparison', async () => {
    const root = repository({ '.gitattributes': '*.ts -diff binary export-ignore linguist-generated\n', 'a.ts': 'a' });
    write(root, { 'a.ts': 'b' });
    commit(root);
    const snapshot = await snapshotFromGit({ repository: root, base: 'HEAD~1', head: 'HEAD', maxBlobBytes });
    expect(names(snapshot)).toEqual(['modified a.ts']);
    snapshot.close();
  });

  test('index flags hide no change in the working tree', async () => {
    const root = repository({ 'a.ts': 'a', 'b.ts': 'b' });
    git(root, 'update-index', '--assume-unchanged', 'a.ts');
    write(root, { 'a.ts': 'changed' });
    const tree = await snapshotFromWorkingTree({ repository: root, base: null, maxBlobBytes });
    expect(names(tree)).toEqual(['modified a.ts']);
    tree.close();
  });
});
