import { readFileSync } from 'node:fs';
import { packageFile } from './package-root.ts';

/** The version in package.json, read once: the same file whether run from source or built. */
export const VERSION: string = readVersion(readFileSync(packageFile('package.json'), 'utf8'));

function readVersion(text: string): string {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') {
    return parsed.version;
  }
  throw new TypeError('package.json names no version');
}
