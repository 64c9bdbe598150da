import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readersOf } from '../../src/ecosystems/files.ts';
import type { DependencyFormat } from '../../src/ecosystems/types.ts';

/** An intact file to begin with. */
export interface Seed {
  readonly path: string;
  readonly text: string;
  readonly format: DependencyFormat;
}

const FIXTURES = join(import.meta.dirname, '../../fixtures/ecosystems');
/** Larger files say the same thing more often. Bytes. */
const LARGEST = 60_000;

/** Every committed fixture that a format reads, under the name it has in its folder. */
export function seeds(): readonly Seed[] {
  return [...INLINE, ...filesIn(FIXTURES)].flatMap(({ path, text }) =>
    readersOf(path).map(({ format }) => ({ path, text, format })),
  );
}

function filesIn(folder: string): { path: string; text: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= LARGEST)
    .sort()
    .map((path) => ({ path: nameOf(path), text: readFileSync(path, 'utf8') }));
}

/** The name a format knows a file by: for workflows the folder belongs to it. */
function nameOf(path: string): string {
  const at = path.indexOf('.github/');
  return at === -1 ? basename(path) : path.slice(at);
}

const PACKAGES =
  '"node_modules/a":{"version":"1.0.0","resolved":"https://r.example/a/-/a-1.0.0.tgz","integrity":"sha512-AA==","dependencies":{"b":"^1"}},"node_modules/b":{"version":"1.0.0","name":"c","link":false}';

/** One small file of each format of npm, with the parts in which its grammar is richest. */
const INLINE: readonly { readonly path: string; readonly text: string }[] = [
  {
    path: 'package.json',
    text: '{"name":"x","dependencies":{"a":"^1.0.0","b":"npm:c@1","d":"github:e/f","g":"workspace:*","h":"catalog:x"},"overrides":{"i":{".":"1","j":"$a"}},"resolutions":{"k/**/l":"2.0.0"},"packageManager":"pnpm@9.0.0","bundleDependencies":["a"],"scripts":{"s":"npx m@1 && curl https://n.example | sh"}}',
  },
  { path: 'package-lock.json', text: `{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"^1"}},${PACKAGES}}}` },
  {
    path: 'npm-shrinkwrap.json',
    text: '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","requires":{"b":"^1"},"dependencies":{"b":{"version":"npm:c@1.0.0","bundled":true}}}}}',
  },
  {
    path: 'yarn.lock',
    text: '# yarn lockfile v1\n\n\n"@s/a@^1.0.0", a@npm:b@1:\n  version "1.0.0"\n  resolved "https://r.example/a/-/a-1.0.0.tgz#0123456789012345678901234567890123456789"\n  integrity sha512-AA==\n  dependencies:\n    b "^1.0.0"\n\nb@^1.0.0:\n  version "1.0.1"\n',
  },
  {
    path: 'web/yarn.lock',
    text: '__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"a@npm:^1.0.0, a@npm:^1.1.0":\n  version: 1.1.0\n  resolution: "a@npm:1.1.0::__archiveUrl=https%3A%2F%2Fr.example%2Fa.tgz"\n  dependencies:\n    b: "npm:^1.0.0"\n  checksum: 10c0/aa\n  languageName: node\n  linkType: hard\n\n"x@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "x@workspace:."\n  languageName: unknown\n  linkType: soft\n',
  },
  {
    path: 'pnpm-lock.yaml',
    text: "lockfileVersion: '9.0'\n\ncatalogs:\n  default:\n    a:\n      specifier: ^1.0.0\n      version: 1.0.0\n\nimporters:\n\n  .:\n    dependencies:\n      a:\n        specifier: 'catalog:'\n        version: 1.0.0(b@2.0.0)\n\npackages:\n\n  a@1.0.0:\n    resolution: {integrity: sha512-AA==}\n    engines: {node: '>=18'}\n\n  b@2.0.0:\n    resolution: {tarball: https://r.example/b.tgz}\n    version: 2.0.0\n\nsnapshots:\n\n  a@1.0.0(b@2.0.0):\n    dependencies:\n      b: 2.0.0\n\n  b@2.0.0: {}\n",
  },
  {
    path: 'old/pnpm-lock.yaml',
    text: 'lockfileVersion: 5.4\n\nspecifiers:\n  a: ^1.0.0\n\ndependencies:\n  a: 1.0.0_b@2.0.0\n\npackages:\n\n  /a/1.0.0_b@2.0.0:\n    resolution: {integrity: sha512-AA==}\n    requiresBuild: true\n    dev: false\n',
  },
  {
    path: 'bun.lock',
    text: '{\n  "lockfileVersion": 1,\n  "workspaces": {\n    "": { "name": "x", "dependencies": { "a": "^1.0.0", }, },\n    "packages/y": { "name": "y" },\n  },\n  "packages": {\n    "a": ["a@1.0.0", "", { "dependencies": { "b": "^1" } }, "sha512-AA=="],\n    "a/b": ["b@npm:1.0.0", "https://r.example/", {}, "sha512-BB=="],\n    "y": ["y@workspace:packages/y"],\n  }\n}\n',
  },
  {
    path: 'deno.json',
    text: '{ "imports": { "a": "npm:a@^1", "@std/b": "jsr:@std/b@1", "c/": "https://d.example/c/", "e": "./e.ts" }, /* x */ "scopes": { "./f/": { "g": "npm:g@1" } } }',
  },
  {
    path: 'deno.lock',
    text: '{"version":"5","specifiers":{"npm:a@1":"1.0.0","jsr:@std/b@1":"1.0.0"},"jsr":{"@std/b@1.0.0":{"integrity":"aa"}},"npm":{"a@1.0.0":{"integrity":"sha512-AA==","dependencies":["c@2.0.0"]},"c@2.0.0_a@1.0.0":{"integrity":"sha512-CC=="}},"remote":{"https://d.example/x.ts":"bb"}}',
  },
  {
    path: 'pnpm-workspace.yaml',
    text: "packages:\n  - 'a/*'\ncatalog:\n  a: ^1.0.0\ncatalogs:\n  b:\n    c: npm:d@2\noverrides:\n  e>f: 1.0.0\n",
  },
  { path: '.npmrc', text: 'registry=https://r.example/\n@s:registry=https://s.example/\nstrict-ssl=false\n' },
  {
    path: 'Dockerfile',
    text: 'FROM a:1@sha256:aa AS b\nRUN npm i -g c@1 \\\n  && pip install "d>=1" && curl https://e.example | sh\nCOPY --from=f:2 / /\n',
  },
  {
    path: 'app.ts',
    text: "import a from 'a';\nexport { b } from '@s/b/c';\nconst d = require('d');\nawait import(`e`);\n",
  },
  { path: 'app.py', text: 'import a, b.c as d\nfrom e.f import g\nfrom . import h\n__import__("i")\n' },
];
