// Adds to package-lock.json the optional platform packages that npm left out because the registry it asked does not hold
// them: `node tools/complete-lockfile.ts`. Without them `npm ci` refuses the lockfile; with them each platform gets its
// own. They carry no integrity, since nobody here has seen them.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Entry = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const Lockfile = z.looseObject({ packages: z.record(z.string(), Entry) });

const file = new URL('../package-lock.json', import.meta.url);

/** Platform words of package names, as napi and esbuild style packages use them. */
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
}

/** Optional dependencies that some entry names and no entry holds. */
export function missingOptionals(text: string): readonly MissingPackage[] {
  const { packages } = Lockfile.parse(JSON.parse(text));
  const missing = new Map<string, MissingPackage>();
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const nested = `${path}/node_modules/${name}`;
      if (packages[`node_modules/${name}`] !== undefined || packages[nested] !== undefined) continue;
      missing.set(name, { name, version: version.replace(/^npm:.*@/, ''), dev: entry.dev === true });
    }
  }
  return [...missing.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryOf({ name, version, dev }: MissingPackage): Record<string, unknown> {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find(
    (processor) => words.includes(processor) || words.some((word) => word.startsWith(processor)),
  );
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : null;
  return {
    version,
    ...(cpu === undefined ? {} : { cpu }),
    ...(dev ? { dev: true } : {}),
    ...(os === 'linux' && libc !== null ? { libc } : {}),
    optional: true,
    ...(os === undefined ? {} : { os }),
  };
}

if (process.argv[1]?.endsWith('complete-lockfile.ts') === true) {
  const text = readFileSync(file, 'utf8');
  const lockfile = Lockfile.parse(JSON.parse(text));
  const added = missingOptionals(text);
  for (const each of added) lockfile.packages[`node_modules/${each.name}`] = entryOf(each);
  const [root, ...rest] = Object.entries(lockfile.packages);
  const sorted = rest.sort(([a], [b]) => (a < b ? -1 : 1));
  const packages = Object.fromEntries(root === undefined ? sorted : [root, ...sorted]);
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`);
  console.log(
    `${added.length} platform packages added: ${added.map((each) => each.name).join(', ') || 'none were missing'}`,
  );
}
