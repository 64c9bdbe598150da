import { existsSync } from 'node:fs';
import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { folderOf, serviceCodeCache } from '../../src/service/code-cache.ts';
import { openStore } from '../../src/store/index.ts';
import { wholeFiles } from './whole-files.ts';

/** Names the folder of this run's templates to its workers; where there is none, every data folder begins empty. */
export const TEMPLATES = 'COUNTERSIGN_TEST_TEMPLATES';

/**
 * Leaves in an empty data folder what a first start leaves there before it has any work: making the database takes
 * seconds, copying it does not. The first that asks makes it for all; who comes meanwhile begins with an empty folder.
 */
export async function beginFolder(folder: string): Promise<void> {
  const templates = process.env[TEMPLATES];
  if (templates === undefined) return;
  const ready = join(templates, 'data-folder');
  if (!existsSync(ready) && (await isFirst(join(templates, 'begun')))) await make(join(templates, 'making'), ready);
  if (existsSync(ready)) await cp(ready, folder, { recursive: true });
}

async function isFirst(mark: string): Promise<boolean> {
  try {
    await mkdir(mark);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The database, and the compiled code of the processes that read files. */
async function make(folder: string, ready: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  const store = await openStore({ databaseUrl: null, dataFolder: folder, now: Date.now });
  await store.close();
  const codeCache = folderOf(await serviceCodeCache(folder));
  const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1, codeCache });
  const { signal } = new AbortController();
  const request = wholeFiles([{ path: 'src/a.js', text: 'export const a = 1;\n' }]);
  await inspector.inspect(request, signal);
  await inspector.parseDependencies('package-lock', '{}', 'package-lock.json', signal);
  // Answered after the code has been kept.
  await inspector.inspect({ ...request, files: [] }, signal);
  await inspector.close();
  await rename(folder, ready);
}
