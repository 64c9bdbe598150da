import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEMPLATES } from './data-folder.ts';

/** Before and after all tests of a run: a folder for what many of them begin with (`data-folder.ts`). */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-templates-'));
  process.env[TEMPLATES] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
