import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { SECRET } from '../support/world.ts';
import { openStage } from './support.ts';

const file = DockerfileParser.parse(readFileSync(packageFile('Containerfile'), 'utf8'));
const instructions = file.getInstructions();

function all(keyword: string): readonly Instruction[] {
  return instructions.filter((instruction) => instruction.getKeyword() === keyword);
}

/** Instructions of the image that is run: those after the last FROM. */
function last(keyword: string): Instruction | undefined {
  const from = instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');
  return instructions.slice(from).findLast((instruction) => instruction.getKeyword() === keyword);
}

/** No container engine is to be had here: the file is read, and the command it ends in is run under the same limits. */
describe('the container file', () => {
  test('ends as a user that is not root, by number', () => {
    expect(last('USER')?.getArgumentsContent()).toMatch(/^[1-9][0-9]*:[1-9][0-9]*$/);
  });

  test('names a version of its base, and one that Countersign runs on', () => {
    const tags = all('FROM').map((from) => from.getArguments()[0]?.getValue() ?? '');
    expect(tags.length).toBeGreaterThan(0);
    for (const tag of tags) expect(tag).toMatch(/^node:24-/);
  });

  test('lets no package run a script while it is installed, and fetches nothing else', () => {
    const installs = all('RUN').filter((run) => /npm/.test(run.getRawArgumentsContent() ?? ''));
    expect(installs.map((run) => run.getRawArgumentsContent())).toEqual(['npm ci --ignore-scripts --omit=dev']);
    expect(all('ADD')).toEqual([]);
    expect(all('RUN').filter((run) => /curl|wget|apt/.test(run.getRawArgumentsContent() ?? ''))).toEqual([]);
  });

  test('starts the process itself, so that signals reach it', () => {
    expect(JSON.parse(last('ENTRYPOINT')?.getRawArgumentsContent() ?? '')).toEqual(['node', 'src/main.ts']);
    expect(JSON.parse(last('CMD')?.getRawArgumentsContent() ?? '')).toEqual(['serve']);
  });

  test('carries no secret, and no file that it does not need', () => {
    for (const instruction of [...all('ENV'), ...all('ARG')])
      expect(instruction.getRawArgumentsContent()).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD/);
    const copied = all('COPY').flatMap((copy) => copy.getArguments().map((part) => part.getValue()));
    for (const path of ['.', './test', 'test', 'demo', 'fixtures']) expect(copied.slice(0, -1)).not.toContain(path);
    const ignored = readFileSync(packageFile('.dockerignore'), 'utf8').split('\n');
    expect(ignored[0]).toBe('*');
  });
});

test('no package that is needed at run time builds anything when it is installed: what is native comes ready', () => {
  const { packages } = JSON.parse(readFileSync(packageFile('package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean; dev?: boolean; optional?: boolean }>;
  };
  const scripted = Object.entries(packages).filter(
    ([, entry]) => entry.hasInstallScript === true && entry.dev !== true,
  );
  expect(scripted.length).toBeGreaterThan(0);
  const needing = scripted
    .filter(([, entry]) => entry.optional !== true)
    .map(([path]) => path)
    .filter((path) => {
      const ready = packageFile(path, 'prebuilds', `${process.platform}-${process.arch}`);
      return !existsSync(ready) || !readdirSync(ready).some((name) => name.endsWith('.node'));
    });
  expect(needing).toEqual([]);
});

/** Only root may make a mount namespace here; the process itself runs as nobody. */
const mayMount = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv') && existsSync('/usr/bin/unshare');
if (!mayMount) console.log('the service is not run on a read-only file system here: that takes root');

test.skipIf(!mayMount)(
  'the service runs as nobody, on a file system of which only its data folder can be written',
  async () => {
    const stage = await openStage();
    const data = mkdtempSync(join(tmpdir(), 'countersign-read-only-'));
    const denyList = mkdtempSync(join(tmpdir(), 'countersign-deny-list-'));
    chmodSync(denyList, 0o755);
    writeFileSync(join(denyList, 'list.txt'), 'npm:known-bad:1.0.0\n', { mode: 0o644 });
    const script = `mount -t tmpfs -o mode=1777 tmpfs ${data} && mount --rbind / / && mount -o remount,ro,bind / && cd "$1" && shift && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`;
    const child = spawn(
      'unshare',
      [
        '--mount',
        '--propagation',
        'private',
        'sh',
        '-c',
        script,
        'sh',
        packageFile('.'),
        process.execPath,
        'src/main.ts',
        'serve',
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          HOME: '/nonexistent',
          TMPDIR: data,
          NODE_ENV: 'production',
          COUNTERSIGN_DATA: join(data, 'data'),
          PORT: '0',
          GITHUB_API_URL: stage.github.url,
          APP_ID: String(stage.github.app.id),
          PRIVATE_KEY: stage.github.privateKey,
          WEBHOOK_SECRET: SECRET,
          COUNTERSIGN_OSV: 'off',
          COUNTERSIGN_DENY_LIST: join(denyList, 'list.txt'),
        } as Record<string, string | undefined>,
      } as const,
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
    try {
      await expect.poll(() => said).toMatch(/countersign serves at/);
      const [, address] = /serves at (\S+)/.exec(said) ?? [];
      stage.github.setWebhookUrl(`${address}/api/github/webhooks`);
      const head = await stage.repository.push(
        'contained',
        { 'src/contained.js': 'export const n = 1;\n' },
        { as: 'Copilot' },
      );
      await stage.repository.open({ branch: 'contained', title: 'Contained', as: 'Copilot' });
      expect(await stage.repository.completed(head)).toMatchObject({ conclusion: 'success' });
      expect(readdirSync(data)).toEqual([]);
      expect(said).not.toMatch(/EROFS|EACCES/);
    } finally {
      const gone = once(child, 'close');
      child.kill('SIGTERM');
      await gone;
      await stage.close();
      for (const folder of [data, denyList]) rmSync(folder, { recursive: true, force: true });
    }
  },
);
