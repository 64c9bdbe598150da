import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readNpmUserConfig } from '../../src/evidence/npm-config.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function home(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-npmrc-'));
  folders.push(folder);
  await writeFile(join(folder, '.npmrc'), text);
  return folder;
}

it('reads registry, scopes and credentials of the user’s own file', async () => {
  const HOME = await home(
    '; mine\nregistry = "https://npm.acme.example/"\n@acme:registry=https://own.acme.example/\n//own.acme.example/:_authToken=${TOKEN}\nstrict-ssl=false\n',
  );
  expect(await readNpmUserConfig({ HOME, TOKEN: 't0p' })).toEqual({
    options: { registry: 'https://npm.acme.example/', '//own.acme.example/:_authToken': 't0p', strictSSL: false },
    routes: [{ type: 'npm', names: '@acme', registry: 'https://own.acme.example/' }],
  });
});

it('lets the environment overrule the file, as npm does', async () => {
  const HOME = await home('registry=https://npm.acme.example/\n');
  const { options } = await readNpmUserConfig({ HOME, NPM_CONFIG_REGISTRY: 'https://other.example/' });
  expect(options['registry']).toBe('https://other.example/');
});

it('has nothing to say where the user has no file', async () => {
  expect(await readNpmUserConfig({ HOME: '/nowhere/at/all' })).toEqual({ options: {}, routes: [] });
});

it('never reads the file of the project it stands in', async () => {
  const project = await home('registry=https://evil.example/\n');
  const before = process.cwd();
  process.chdir(project);
  try {
    expect((await readNpmUserConfig({ HOME: '/nowhere/at/all' })).options).toEqual({});
  } finally {
    process.chdir(before);
  }
});

it('says which file of certificates is missing', async () => {
  const HOME = await home('cafile=/nowhere/ca.pem\n');
  await expect(readNpmUserConfig({ HOME })).rejects.toThrow('/nowhere/ca.pem');
});
