import { lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { messageOf } from '../core/errors.ts';

/** A folder for compiled code, or why there is none. Without one everything works, and starts more slowly. */
export type CodeCache =
  | { readonly state: 'usable'; readonly folder: string }
  | { readonly state: 'refused'; readonly reason: string };

/** Bits of a mode, as in inode(7): writing by group or others, anything by group or others, and the sticky bit. */
const WRITABLE = 0o022;
const SHARED = 0o077;
const STICKY = 0o1000;

/** The folder of the service's cache: its data folder is its own. */
export function serviceCodeCache(dataFolder: string): Promise<CodeCache> {
  return privateFolder(join(dataFolder, 'code-cache'));
}

/** The folder of the command line's cache (XDG Base Directory Specification 0.8, "Environment variables"). */
export async function userCodeCache(env: Readonly<Record<string, string | undefined>>): Promise<CodeCache> {
  const { XDG_CACHE_HOME: given = '', HOME: home = '' } = env;
  // The specification has relative paths ignored.
  if (isAbsolute(given)) return privateFolder(join(given, 'countersign'));
  if (isAbsolute(home)) return privateFolder(join(home, '.cache', 'countersign'));
  return { state: 'refused', reason: 'neither XDG_CACHE_HOME nor HOME names a folder' };
}

export function folderOf(cache: CodeCache): string | null {
  return cache.state === 'usable' ? cache.folder : null;
}

/**
 * Makes the folder where it is missing. What stands in it is run as code, so it is used only where nobody but this
 * user (and root) can write to it, nor put another folder in its place.
 */
export async function privateFolder(path: string): Promise<CodeCache> {
  const user = process.getuid?.();
  if (user === undefined) return refused(path, 'this system does not tell who owns a folder');
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const own = await lstat(path);
    if (!own.isDirectory()) return refused(path, 'is not a folder');
    if (own.uid !== user) return refused(path, `belongs to user ${own.uid}, and this process runs as ${user}`);
    if ((own.mode & SHARED) !== 0) return refused(path, 'is open to other users; it needs mode 0700');
    const folder = await realpath(path);
    for (let above = dirname(folder); ; above = dirname(above)) {
      const { uid, mode } = await stat(above);
      if (uid !== user && uid !== 0) return refused(path, `stands in ${above}, which belongs to user ${uid}`);
      if ((mode & WRITABLE) !== 0 && (mode & STICKY) === 0)
        return refused(path, `stands in ${above}, which other users can write to`);
      if (above === dirname(above)) return { state: 'usable', folder };
    }
  } catch (error) {
    return refused(path, messageOf(error));
  }
}

function refused(path: string, why: string): CodeCache {
  return { state: 'refused', reason: `${path}: ${why}` };
}
