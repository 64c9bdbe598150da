import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const here = mkdtempSync(join(tmpdir(), 'countersign-platform-'));
afterAll(() => rmSync(here, { recursive: true }));

/** The program as installed on a platform for which tree-sitter brings no native part. */
function install(): string {
  const folder = join(here, 'program');
  for (const part of ['src', 'detectors']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  for (const file of ['package.json', 'app.yml']) cpSync(join(ROOT, file), join(folder, file));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'tree-sitter'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'tree-sitter') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  writeFileSync(
    join(modules, 'tree-sitter/package.json'),
    '{"name":"tree-sitter","version":"0.0.0","main":"index.js"}',
  );
  writeFileSync(
    join(modules, 'tree-sitter/index.js'),
    "throw new Error('No native build was found for platform=linux arch=arm64');",
  );
  return folder;
}

describe('on a platform without the native part of tree-sitter', () => {
  it('a scan judges what it can read and names what it cannot', () => {
    const program = install();
    const folder = join(here, 'code');
    mkdirSync(folder);
    writeFileSync(
      join(folder, 'run.js'),
      "const { exec } = require('child_process');\nmodule.exports = (req, res) => exec(`ls ${req.query.dir}`, () => res.end());\n",
    );
    writeFileSync(join(folder, 'run.py'), "import os\nos.system('ls')\n");
    writeFileSync(join(folder, 'Gemfile'), "gem 'rails'\n");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(program, 'src/main.ts'), 'scan', '--all', folder, '--offline', '--allow-unknown', '--format', 'json'],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    const said = stdout.replaceAll(/\s+/g, ' ');
    expect(said).toContain('"command-injection"');
    for (const path of ['run.py', 'Gemfile']) expect(said).toMatch(new RegExp(`"${path}"`));
    expect(said).toContain('tree-sitter does not load on');
    expect(said).toContain('not-evaluated');
  });
});
