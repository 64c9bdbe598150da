import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { decodeText, type FileContent, type Snapshot } from '../../src/core/snapshot.ts';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'countersign-git-'));
  made.push(root);
  write(root, files);
  return root;
}

export function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
}

export function link(root: string, path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

/** A program that leaves a mark where it is run. */
export function trap(root: string): { readonly program: string; readonly mark: string } {
  const mark = join(root, 'IT-RAN');
  const program = join(root, 'trap.sh');
  writeFileSync(program, `#!/bin/sh\necho "$0 $@" >> '${mark}'\ncat\nexit 0\n`);
  chmodSync(program, 0o755);
  return { program, mark };
}

/** Git as a developer runs it, but without the settings of this machine's user. */
export function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Ann Author',
      GIT_AUTHOR_EMAIL: 'ann@example.com',
      GIT_COMMITTER_NAME: 'Carl Committer',
      GIT_COMMITTER_EMAIL: 'carl@example.com',
      GIT_ALLOW_PROTOCOL: 'file',
    },
  }).trim();
}

export function commit(root: string, message = 'A change'): string {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', message);
  return git(root, 'rev-parse', 'HEAD');
}

/** A repository on `main` with one commit. */
export function repository(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = folder(files);
  git(root, 'init', '-q', '-b', 'main');
  commit(root, 'First');
  return root;
}

export function names({ files }: Snapshot): string[] {
  return files.map((f) => `${f.status} ${f.previousPath === undefined ? '' : `${f.previousPath} -> `}${f.path}`);
}

export function text(content: FileContent): string {
  if (content.state !== 'bytes') return content.state;
  const decoded = decodeText(content.bytes);
  return decoded.state === 'text' ? decoded.text : decoded.state;
}
