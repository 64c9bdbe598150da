import type { PackageType } from '../../core/dependency.ts';

/** Hosts whose first path element is an account's (Go modules reference, "Finding a repository for a module path"). */
const FORGES: ReadonlySet<string> = new Set([
  'github.com',
  'gitlab.com',
  'bitbucket.org',
  'codeberg.org',
  'gitea.com',
  'gitee.com',
  'git.sr.ht',
  'dev.azure.com',
]);

/** Hosts that give names to anybody without an account in the path: `gopkg.in/yaml.v3` is whoever `go-yaml` is. */
const ANYBODYS: ReadonlySet<string> = new Set(['gopkg.in', 'launchpad.net', 'code.google.com']);

/**
 * The part of a name, in lower case, that its registry or host grants to one owner: a Go module's domain or account, a
 * Maven group, a vendor of Packagist, an account of GitHub or Docker Hub. Null where names are anybody's, and for npm,
 * whose scopes are looked at by themselves.
 */
export function ownerPartOf(type: PackageType, name: string): string | null {
  const lower = name.toLowerCase();
  if (type === 'maven') return before(lower, ':');
  if (type === 'composer' || type === 'githubactions' || type === 'docker') return before(lower, '/');
  if (type !== 'golang') return null;
  const [host = '', account = ''] = lower.split('/');
  if (ANYBODYS.has(host)) return null;
  return FORGES.has(host) ? `${host}/${account}` : host;
}

function before(name: string, mark: string): string | null {
  const at = name.indexOf(mark);
  return at < 0 ? null : name.slice(0, at);
}
