// `npm run installed`: packs what would be published, installs it elsewhere as a user would who lets no package run a
// script, and runs it there. Needs the packages, from npm's cache or its registry; without either it says so and ends.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkContained, containedMissing } from './contained.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'countersign-installed-'));

/** What npm says where neither its cache nor a registry has a package (npm documentation, "offline"; Node, "Common system errors"). */
const NOT_TO_BE_HAD = /ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/;

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

try {
  process.exitCode = check() || (await contained());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function check(): number {
  const packed = run('npm', ['pack', '--pack-destination', folder], root);
  if (packed.status !== 0) return fail('npm pack failed', packed.said);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) return fail('npm pack left no archive', packed.said);

  const place = join(folder, 'place');
  mkdirSync(place);
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  const installed = run('npm', ['install', ...options, join(folder, archive)], place);
  if (installed.status !== 0 && NOT_TO_BE_HAD.test(installed.said)) {
    console.log('skipped: the packages are neither in npm’s cache nor to be had from a registry');
    return 0;
  }
  if (installed.status !== 0) return fail('npm install failed', installed.said);

  const main = join(place, 'node_modules', 'countersign', 'bin', 'countersign.js');
  const version = run(process.execPath, [main, '--version'], place);
  if (version.status !== 0 || !/\d+\.\d+\.\d+/.test(version.said)) return fail('--version failed', version.said);

  // Two folders: nothing before, and a command injection after. Every native part of the package takes part in finding it.
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  for (const each of [before, after]) mkdirSync(each);
  writeFileSync(join(after, 'list.js'), INJECTION);
  const scan = run(
    process.execPath,
    [main, 'scan', '--offline', '--format', 'json', '--base-dir', before, '--head-dir', after],
    place,
  );
  if (scan.status !== 1 || !scan.said.includes('command-injection')) return fail('scan did not find it', scan.said);
  console.log(`installed without scripts: ${version.said.trim()}, and scan finds what it should`);
  return 0;
}

async function contained(): Promise<number> {
  if (containedMissing !== null) {
    console.log(`the Containerfile was not played through: ${containedMissing}`);
    return 0;
  }
  const problem = await checkContained(root, folder);
  if (problem !== null) return fail('as the Containerfile says', problem);
  console.log(
    'as the Containerfile says it serves as its own user, without capabilities, writing nowhere but to /data',
  );
  return 0;
}

function fail(what: string, said: string): number {
  console.error(`${what}:\n${said.slice(-4_000)}`);
  return 1;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}
