import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run, runWithin } from '../../src/commands/changes.ts';
import { DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folder(manifest: string): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'countersign-changes-'));
  folders.push(made);
  await writeFile(join(made, 'package.json'), manifest);
  return made;
}

async function changes(...argv: string[]): Promise<{ code: number; out: string; errors: string }> {
  let out = '';
  let errors = '';
  const code = await run(argv, { stdout: (text) => (out += text), stderr: (text) => (errors += text) });
  return { code, out, errors };
}

describe('countersign changes', () => {
  it('prints one JSON line for each dependency change of two folders', async () => {
    const base = await folder('{"dependencies":{"a":"1.0.0"}}');
    const head = await folder('{"dependencies":{"a":"1.1.0","b":"npm:c@2.0.0"}}');
    const { code, out } = await changes('--base-dir', base, '--head-dir', head, '--json');
    expect(code).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { changeType: 'added', purl: 'pkg:npm/c@2.0.0', alias: 'b' },
      { changeType: 'updated', purl: 'pkg:npm/a@1.1.0', previous: { version: '1.0.0' } },
    ]);
  });

  it('prints a table for people, with nothing in it that moves a terminal', async () => {
    const base = await folder('{}');
    const head = await folder('{"dependencies":{"a":"file:./\\u001b[2J"}}');
    const { code, out } = await changes('--base-dir', base, '--head-dir', head);
    expect(code).toBe(0);
    expect(out).toContain('added');
    expect(out).not.toContain('\u001b');
  });

  it('says what it could not read, and is then not at peace', async () => {
    const base = await folder('{}');
    const head = await folder('{\n"dependencies": {');
    const { code, out, errors } = await changes('--base-dir', base, '--head-dir', head, '--json');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(errors).toContain('package.json:2');
  });

  it('gives one row for a name and version, whatever number of lockfiles and spellings say so', async () => {
    const lock = (version: string): string =>
      JSON.stringify({
        lockfileVersion: 3,
        packages: { '': { dependencies: { a: '^1.0.0' } }, 'node_modules/a': { version, resolved: '', integrity: '' } },
      });
    const base = await folder('{"dependencies":{"a":"^1.0.0"}}');
    const head = await folder('{"dependencies":{"a":"^1.1.0"}}');
    for (const [side, version, name] of [
      [base, '1.0.0', 'Py_YAML'],
      [head, '1.1.0', 'py.yaml'],
    ] as const) {
      await mkdir(join(side, 'tool'));
      await writeFile(join(side, 'package-lock.json'), lock(version));
      await writeFile(join(side, 'tool/package.json'), '{"dependencies":{"a":"^1.0.0"}}');
      await writeFile(join(side, 'tool/package-lock.json'), lock(version));
      await writeFile(join(side, 'requirements.txt'), `${name}==${version}\n`);
    }
    const { code, out } = await changes('--base-dir', base, '--head-dir', head, '--json');
    expect(code).toBe(0);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => [row.changeType, row.name, row.previous.version, row.version])).toEqual([
      ['updated', 'a', '1.0.0', '1.1.0'],
      ['updated', 'py-yaml', '1.0.0', '1.1.0'],
    ]);
    expect(rows[0].otherLocations).toHaveLength(1);
  });

  it('gives the version that stands elsewhere to what only asks for a name', async () => {
    const base = await folder('{}');
    const head = await folder('{"dependencies":{"a":"catalog:"}}');
    await writeFile(join(head, 'pnpm-workspace.yaml'), 'packages: [x]\ncatalog:\n  a: 1.2.3\n');
    await writeFile(
      join(head, 'A.csproj'),
      '<Project><ItemGroup><PackageReference Include="Acme.Lib" /></ItemGroup></Project>',
    );
    await writeFile(
      join(head, 'Directory.Packages.props'),
      '<Project><ItemGroup><PackageVersion Include="acme.lib" Version="2.0.0" /></ItemGroup></Project>',
    );
    const { out } = await changes('--base-dir', base, '--head-dir', head, '--json');
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => `${row.changeType} ${row.name} ${row.version}`).sort()).toEqual([
      'added a 1.2.3',
      'added acme.lib 2.0.0',
    ]);
  });

  it('ends a reader that takes too long, and says which file it was', async () => {
    const base = await folder('{}');
    const head = await folder('{}');
    await mkdir(join(head, 'app'));
    await writeFile(join(head, 'app/requirements.txt'), 'a==1\n');
    await mkdir(join(head, 'huge'));
    await writeFile(join(head, 'huge/go.mod'), `module x\n${'require a.example/b v1.0.0\n'.repeat(200_000)}`);
    let out = '';
    let errors = '';
    const code = await runWithin(
      { ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, timeLimitMs: 1 },
      ['--base-dir', base, '--head-dir', head, '--json'],
      { stdout: (text) => (out += text), stderr: (text) => (errors += text) },
    );
    expect(code).toBe(1);
    expect(errors).toMatch(/not read: (app|huge)\S*: took longer than the limit/);
    expect(out).not.toBe('No dependency changes.\n');
  });

  it('refuses folders and revisions in one breath', async () => {
    await expect(changes('--base-dir', '.', '--head', 'HEAD')).rejects.toThrow('both --base-dir and --head-dir');
    await expect(changes()).rejects.toThrow('--base and --head');
  });
});
