import { CountersignError } from '../core/errors.ts';
import type { Route } from '../core/lookup.ts';
import { decodeText, type Tree } from '../core/snapshot.ts';
import { SCOPE_FILES, scopeRoutes } from '../ecosystems/npm/scope-lines.ts';

/**
 * The routing lines of a base tree: which scopes belong to which registry. They count only for hosts that the operator
 * allows; a scope that leads elsewhere is asked of nobody. A file that cannot be read throws `host-unavailable` where
 * it may be read later; a name must not go to a public source for want of the line that keeps it private.
 */
export async function baseRoutes(base: Tree): Promise<readonly Route[]> {
  const entries = await base.list('');
  const present = SCOPE_FILES.filter((file) => entries.some((entry) => entry.name === file && entry.type === 'file'));
  const routes = await Promise.all(
    present.map(async (file) => {
      const content = await base.read(file);
      if (content.state === 'unreadable' && content.transient) {
        throw new CountersignError('host-unavailable', `${file} of the base could not be read: ${content.reason}.`);
      }
      const decoded = content.state === 'bytes' ? decodeText(content.bytes) : null;
      return decoded?.state === 'text' ? scopeRoutes(file, decoded.text) : [];
    }),
  );
  return routes.flat();
}
