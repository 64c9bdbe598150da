import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { folderOf, privateFolder, serviceCodeCache, userCodeCache } from '../../src/service/code-cache.ts';
import { wholeFiles } from '../support/whole-files.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'countersign-code-cache-'));
});
afterAll(() => rm(root, { recursive: true }));

async function madeAs(name: string, mode: number): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  await chmod(path, mode);
  return path;
}

describe('the folder of compiled code', () => {
  it('is made for this user alone, with the folders above it', async () => {
    const path = join(root, 'deep/er/cache');
    expect(await privateFolder(path)).toEqual({ state: 'usable', folder: path });
    for (const each of [path, join(root, 'deep/er'), join(root, 'deep')])
      expect((await stat(each)).mode & 0o777).toBe(0o700);
    expect(await privateFolder(path)).toMatchObject({ state: 'usable' });
  });

  for (const mode of [0o701, 0o710, 0o720, 0o704, 0o702, 0o770, 0o777]) {
    it(`is refused with mode ${mode.toString(8)}`, async () => {
      const path = await madeAs(`mode-${mode.toString(8)}`, mode);
      expect(await privateFolder(path)).toEqual({
        state: 'refused',
        reason: `${path}: is open to other users; it needs mode 0700`,
      });
    });
  }

  it('is refused where it belongs to another user', async () => {
    const path = process.getuid?.() === 0 ? await madeAs('of-another', 0o700) : '/usr';
    if (path !== '/usr') await chown(path, 65_534, 65_534);
    expect(await privateFolder(path)).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/belongs to user \d+, and this process runs as \d+$/),
    });
  });

  it('is refused as a link, even to a folder that would do', async () => {
    const target = await madeAs('target', 0o700);
    const link = join(root, 'link');
    await symlink(target, link);
    expect(await privateFolder(link)).toMatchObject({ state: 'refused', reason: `${link}: is not a folder` });
  });

  it('is refused where others could put another folder in its place', async () => {
    const open = await madeAs('open', 0o777);
    expect(await privateFolder(join(open, 'cache'))).toEqual({
      state: 'refused',
      reason: `${join(open, 'cache')}: stands in ${open}, which other users can write to`,
    });
    // With the sticky bit, names in the folder are their owners' alone.
    await chmod(open, 0o1777);
    expect(await privateFolder(join(open, 'cache'))).toMatchObject({ state: 'usable' });
  });

  it('is refused behind a link to a place where others could put another in its place', async () => {
    const open = await madeAs('open-too', 0o777);
    await mkdir(join(open, 'own'), { mode: 0o700 });
    await symlink(join(open, 'own'), join(root, 'way'));
    expect(await privateFolder(join(root, 'way', 'cache'))).toMatchObject({ state: 'refused' });
  });

  it('is refused where it cannot be made', async () => {
    await writeFile(join(root, 'a-file'), '');
    expect(await privateFolder(join(root, 'a-file', 'cache'))).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('ENOTDIR'),
    });
  });

  it('stands under the data folder, or where the environment has the user’s caches', async () => {
    expect(folderOf(await serviceCodeCache(join(root, 'data')))).toBe(join(root, 'data/code-cache'));
    expect(folderOf(await userCodeCache({ XDG_CACHE_HOME: join(root, 'xdg'), HOME: join(root, 'home') }))).toBe(
      join(root, 'xdg/countersign'),
    );
    expect(folderOf(await userCodeCache({ XDG_CACHE_HOME: 'relative', HOME: join(root, 'home') }))).toBe(
      join(root, 'home/.cache/countersign'),
    );
    expect(folderOf(await userCodeCache({}))).toBeNull();
  });

  it('is filled by the process that reads files, which finds the same with it as without', async () => {
    const codeCache = folderOf(await privateFolder(join(root, 'filled')));
    const answers = [];
    for (const cache of [null, codeCache, codeCache]) {
      const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, codeCache: cache });
      answers.push(await inspector.inspect(request, new AbortController().signal));
      // Answered after the code has been kept.
      await inspector.inspect({ ...request, files: [] }, new AbortController().signal);
      await inspector.parseDependencies('package-lock', '{}', 'package-lock.json', new AbortController().signal);
      await inspector.close();
    }
    expect(answers[0]?.detections.map(({ ruleId }) => ruleId)).toContain('command-injection');
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    const kept = await readdir(codeCache ?? '', { recursive: true });
    expect(kept.length).toBeGreaterThan(100);
    const [version] = kept;
    expect((await stat(join(codeCache ?? '', version ?? ''))).isDirectory()).toBe(true);
  });
});

const request = wholeFiles([
  {
    path: 'src/run.js',
    text: "const { exec } = require('child_process');\nexports.run = (req, res) => exec(`ls ${req.query.folder}`);\n",
  },
]);
