import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';

/** The image's user (`USER` of the Containerfile), in whose name the process runs here too. */
const USER = '1000';
const START_MS = 60_000;

/** Why what the Containerfile says cannot be played through here, or null. */
export const containedMissing: string | null =
  process.getuid?.() === 0 && existsSync('/usr/bin/unshare') && existsSync('/usr/bin/setpriv')
    ? null
    : 'a read-only file system and another user take root, unshare and setpriv';

/**
 * Plays the Containerfile through without a container engine: its packages are installed and its files copied as it says,
 * and its command is run as its user, with its environment, without capabilities, on a file system of which only `/data`
 * (here a memory file system) can be written. Answers what is wrong, or null. What stays unproven is the base image.
 */
export async function checkContained(root: string, folder: string): Promise<string | null> {
  const image = join(folder, 'image');
  const data = join(folder, 'data');
  for (const each of [image, data]) mkdirSync(each);
  const instructions = DockerfileParser.parse(readFileSync(join(root, 'Containerfile'), 'utf8')).getInstructions();
  const last = instructions.findLastIndex((each) => each.getKeyword() === 'FROM');
  for (const [index, instruction] of instructions.entries()) {
    const problem = index < last ? installed(instruction, root, image) : copied(instruction, root, image);
    if (problem !== null) return problem;
  }
  chmodSync(folder, 0o755);
  return serve(image, data, environmentOf(instructions.slice(last)), commandOf(instructions.slice(last)));
}

function installed(instruction: Instruction, root: string, image: string): string | null {
  if (instruction.getKeyword() === 'COPY') return copied(instruction, root, image);
  const command = instruction.getKeyword() === 'RUN' ? (instruction.getRawArgumentsContent() ?? '') : '';
  if (!command.startsWith('npm ')) return null;
  const args = [...command.split(/\s+/).slice(1), '--prefer-offline', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', args, { cwd: image, encoding: 'utf8' });
  return status === 0 ? null : `\`${command}\` failed:\n${stderr.slice(-2_000)}`;
}

function copied(instruction: Instruction, root: string, image: string): string | null {
  // What comes from the stage before is there already: one folder plays both.
  if (!(instruction instanceof Copy) || instruction.getFromFlag() !== null) return null;
  const paths = instruction.getArguments().map((argument) => argument.getValue());
  const [target = './'] = paths.splice(-1);
  for (const path of paths) {
    const to = target.endsWith('/') && target === './' ? join(image, path) : join(image, target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(root, path), to, { recursive: true });
  }
  return null;
}

function environmentOf(instructions: readonly Instruction[]): Readonly<Record<string, string>> {
  const said = instructions
    .filter((each) => each.getKeyword() === 'ENV')
    .map((each) => each.getRawArgumentsContent() ?? '');
  return Object.fromEntries(
    said.flatMap((line) => [...line.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])),
  );
}

function commandOf(instructions: readonly Instruction[]): readonly string[] {
  return ['ENTRYPOINT', 'CMD'].flatMap((keyword) => {
    const found = instructions.findLast((each) => each.getKeyword() === keyword)?.getRawArgumentsContent() ?? '[]';
    return [...found.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
  });
}

async function serve(
  image: string,
  data: string,
  environment: Readonly<Record<string, string>>,
  [, ...args]: readonly string[],
): Promise<string | null> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  // A GitHub that nobody is installed on: the process has nothing to do, and can be asked how it is.
  const github = createServer((_, response) => response.end('[]')).listen(0, '127.0.0.1');
  const address = github.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const inData = (value: string) => value.replace(/^\/data\b/, data);
  const script = [
    `mount -t tmpfs -o mode=0700,uid=${USER},gid=${USER} tmpfs "${data}"`,
    'mount --rbind / /',
    'mount -o remount,ro,bind /',
    `cd "${image}"`,
    `exec setpriv --reuid=${USER} --regid=${USER} --clear-groups --bounding-set=-all --no-new-privs "$@"`,
  ].join(' && ');
  const child = spawn(
    'unshare',
    ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', process.execPath, ...args],
    {
      env: {
        PATH: '/usr/bin:/bin',
        HOME: '/nonexistent',
        ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, inData(value)])),
        PORT: '0',
        HOST: '127.0.0.1',
        APP_ID: '1',
        PRIVATE_KEY: privateKey,
        WEBHOOK_SECRET: 'a-webhook-secret-of-thirty-two-chars',
        GITHUB_API_URL: `http://127.0.0.1:${port}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  try {
    return await watch(child);
  } finally {
    child.kill('SIGTERM');
    github.close();
    github.closeAllConnections();
  }
}

async function watch(child: ChildProcess): Promise<string | null> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (said += String(piece)));
  const began = performance.now();
  while (!/countersign serves at (\S+)/.test(said)) {
    if (child.exitCode !== null || performance.now() - began > START_MS)
      return `it does not start:\n${said.slice(-2_000)}`;
    await sleep(100);
  }
  const [, address = ''] = /countersign serves at (\S+)/.exec(said) ?? [];
  const ready = await fetch(`${address}/readyz`);
  if (!ready.ok) return `it is not ready: ${await ready.text()}`;
  // It is the process itself that was started, as the user that it was started as.
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  if (!new RegExp(`^Uid:\\t${USER}\\t${USER}\\t`, 'm').test(status)) return 'it does not run as its user';
  if (!/^CapEff:\t0+$/m.test(status)) return 'it has capabilities';
  return /EROFS|EACCES|EPERM/.test(said) ? `it tried to write where it must not:\n${said.slice(-2_000)}` : null;
}
