import type { DependencySource, PackageType } from '../../core/dependency.ts';
import { readSpecifier } from '../npm/specifier.ts';

/** One package that a command installs or fetches and runs. */
export interface Install {
  readonly type: PackageType;
  readonly name: string;
  /** The command as a person says it: `npm install`, `npx`. */
  readonly command: string;
  readonly source: DependencySource;
  readonly range?: string;
  readonly version?: string;
  readonly resolvedUrl?: string;
}

/** Words before the command itself: prompts, prefixes, keys of YAML, Dockerfile instructions. */
const PREFIX =
  /^(\$|>|%|-|\*|RUN|CMD|ENTRYPOINT|ONBUILD|sudo|doas|exec|time|command|env|nohup|then|do|else|if|!|xargs|corepack|--mount=\S*|-\w|[A-Z_][A-Z0-9_]*=\S*|[\w.-]+:|@)$/;

type Reader = (words: readonly string[]) => Install[];

/** What one simple command installs; an empty list for every other command. */
export function installsOf(words: readonly string[]): Install[] {
  let start = 0;
  while (start < words.length && PREFIX.test(words[start] ?? '')) start += 1;
  const rest = words.slice(start).map((word) => word.replace(/^@(?=(npm|npx|pip)$)/, ''));
  const head = (rest[0] ?? '').replace(/^.*\//, '').replace(/\.(exe|cmd)$/, '');
  return READERS.get(head)?.(rest.slice(1)) ?? [];
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['npm', (words) => nodeManager('npm', words)],
  ['pnpm', (words) => nodeManager('pnpm', words)],
  ['yarn', (words) => nodeManager('yarn', words)],
  ['bun', (words) => nodeManager('bun', words)],
  ['npx', (words) => runner('npx', words)],
  ['bunx', (words) => runner('bunx', words)],
  ['pnpx', (words) => runner('pnpx', words)],
  ['pip', pip],
  ['pip3', pip],
  ['python', python],
  ['python3', python],
  ['uv', uv],
  ['uvx', (words) => pythonRunner('uvx', words)],
  ['pipx', pipx],
  ['poetry', (words) => (words[0] === 'add' ? pythonPackages('poetry add', words.slice(1)) : [])],
  ['pdm', (words) => (words[0] === 'add' ? pythonPackages('pdm add', words.slice(1)) : [])],
  ['go', go],
  ['cargo', cargo],
  ['gem', gem],
]);

const NODE_ADD = new Set(['i', 'in', 'ins', 'install', 'add', 'isntall']);
/** Options of the Node managers that take the next word. */
const NODE_VALUED = new Set([
  '--prefix',
  '-C',
  '--dir',
  '--filter',
  '-F',
  '--workspace',
  '-w',
  '--cwd',
  '--tag',
  '--registry',
  '--cache',
  '--loglevel',
]);

function nodeManager(manager: string, words: readonly string[]): Install[] {
  const rest = words.filter((word, index) => !(word.startsWith('-') || NODE_VALUED.has(words[index - 1] ?? '')));
  const [first, second] = rest;
  if (first === undefined) return [];
  if (first === 'global' && (second === 'add' || second === 'install'))
    return nodePackages(`${manager} global add`, rest.slice(2));
  if (NODE_ADD.has(first)) return nodePackages(`${manager} ${first === 'add' ? 'add' : 'install'}`, rest.slice(1));
  if (first === 'dlx' || first === 'exec' || first === 'x')
    return runner(`${manager} ${first}`, words.slice(words.indexOf(first) + 1));
  if (first === 'create' || first === 'init')
    return second === undefined ? [] : creators(`${manager} ${first}`, second);
  return [];
}

/** `npm init foo` runs create-foo, `npm init @scope/foo` runs @scope/create-foo (npm docs, "npm init"). */
function creators(command: string, word: string): Install[] {
  const match = /^(@[^/@]+)?\/?([^@]*)(@.+)?$/.exec(word);
  if (match === null) return [];
  const [, scope, name = '', version = ''] = match;
  const created = scope === undefined ? `create-${name}` : `${scope}/create${name === '' ? '' : `-${name}`}`;
  return nodePackages(command, [`${created}${version}`]);
}

/** The package a runner fetches: those of `-p`, else the first word that is no option. */
function runner(command: string, words: readonly string[]): Install[] {
  const named: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const inline = /^(?:-p|--package)=(.+)$/.exec(word)?.[1];
    if (inline !== undefined) named.push(inline);
    else if (word === '-p' || word === '--package') {
      index += 1;
      named.push(words[index] ?? '');
    } else if (word === '-c' || word === '--call') index += 1;
    else if (word !== '--' && !word.startsWith('-')) {
      if (named.length === 0) named.push(word);
      break;
    }
  }
  return nodePackages(command, named);
}

function nodePackages(command: string, words: readonly string[]): Install[] {
  return words.flatMap((word): Install[] => {
    if (word === '' || hasPlaceholder(word)) return [];
    if (/^(\.{0,2}\/|~|file:|\.$|\.\.$)/.test(word))
      return [{ type: 'npm', name: word, command, source: 'path', range: word }];
    const at = word.indexOf('@', 1);
    if (/^[a-z+]+:\/\/|^[\w.-]+\/[\w.-]+(#|$)|^(github|gitlab|git\+)/i.test(word) && !word.startsWith('@')) {
      const asked = readSpecifier('package', word);
      if ('unreadable' in asked) return [];
      return [
        {
          type: 'npm',
          name: word.replace(/^.*:\/\//, ''),
          command,
          source: asked.source,
          range: word,
          resolvedUrl: asked.resolvedUrl ?? word,
        },
      ];
    }
    const name = at === -1 ? word : word.slice(0, at);
    if (!/^(@[a-z0-9~_.-]+\/)?[a-z0-9~_.-]+$/i.test(name)) return [];
    const asked = readSpecifier(name, at === -1 ? '*' : word.slice(at + 1));
    if ('unreadable' in asked) return [];
    return [{ type: 'npm', command, ...asked }];
  });
}

/** `<name>`, `$PACKAGE`, `{{name}}`, `...`: an example's gap, or a value only the run knows. */
function hasPlaceholder(word: string): boolean {
  return /[<>$*{}]|\.\.\.|…/.test(word.replace(/[<>=!~]=?\d.*$/, ''));
}

/** pip's options that take the next word (pip documentation, "pip install"). */
const PIP_VALUED = new Set([
  '-r',
  '--requirement',
  '-c',
  '--constraint',
  '-e',
  '--editable',
  '-t',
  '--target',
  '-i',
  '--index-url',
  '--extra-index-url',
  '-f',
  '--find-links',
  '--prefix',
  '--root',
  '--platform',
  '--python-version',
  '--python',
  '-p',
  '--trusted-host',
  '--proxy',
  '--cache-dir',
  '--group',
  '--with',
]);

function pip(words: readonly string[]): Install[] {
  const at = words.indexOf('install');
  return at === -1 ? [] : pythonPackages('pip install', words.slice(at + 1));
}

function python(words: readonly string[]): Install[] {
  const at = words.indexOf('-m');
  return at !== -1 && words[at + 1] === 'pip' ? pip(words.slice(at + 2)) : [];
}

function uv(words: readonly string[]): Install[] {
  const [first, second] = words;
  if (first === 'pip') return pip(words.slice(1));
  if (first === 'add') return pythonPackages('uv add', words.slice(1));
  if (first === 'tool' && second === 'install') return pythonPackages('uv tool install', words.slice(2)).slice(0, 1);
  if (first === 'tool' && second === 'run') return pythonRunner('uv tool run', words.slice(2));
  return [];
}

function pipx(words: readonly string[]): Install[] {
  if (words[0] === 'run') return pythonRunner('pipx run', words.slice(1));
  return words[0] === 'install' || words[0] === 'inject'
    ? pythonPackages(`pipx ${words[0]}`, words.slice(1)).slice(0, 1)
    : [];
}

function pythonRunner(command: string, words: readonly string[]): Install[] {
  const from = words.findIndex((word) => word === '--from' || word === '--spec');
  if (from !== -1) return pythonPackages(command, words.slice(from + 1, from + 2));
  const first = words.findIndex((word, index) => !word.startsWith('-') && !PIP_VALUED.has(words[index - 1] ?? ''));
  return first === -1 ? [] : pythonPackages(command, words.slice(first, first + 1));
}

function pythonPackages(command: string, words: readonly string[]): Install[] {
  return words.flatMap((word, index): Install[] => {
    if (word.startsWith('-') || PIP_VALUED.has(words[index - 1] ?? '') || word === '') return [];
    if (/^(\.{0,2}\/|\.$|\.\[|~)/.test(word) || (/\.(whl|tar\.gz|zip)$/.test(word) && !word.includes('://'))) {
      return [{ type: 'pypi', name: word, command, source: 'path', range: word }];
    }
    if (/^(git|hg|svn|bzr)\+|@\s*git\+/.test(word)) {
      return [
        { type: 'pypi', name: word.replace(/^.*:\/\//, ''), command, source: 'git', range: word, resolvedUrl: word },
      ];
    }
    if (word.includes('://'))
      return [
        { type: 'pypi', name: word.replace(/^.*:\/\//, ''), command, source: 'url', range: word, resolvedUrl: word },
      ];
    if (hasPlaceholder(word)) return [];
    const match =
      /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?(?:@(.+)|((?:===?|~=|!=|[<>]=?).+))?$/.exec(word);
    if (match === null || match[1] === undefined) return [];
    const pinned = match[2] ?? /^===?([^*,]+)$/.exec(match[3] ?? '')?.[1];
    const range = match[2] ?? match[3];
    return [
      {
        type: 'pypi',
        name: match[1],
        command,
        source: 'registry',
        ...(range === undefined ? {} : { range }),
        ...(pinned === undefined || !/^\d/.test(pinned) ? {} : { version: pinned }),
      },
    ];
  });
}

function go(words: readonly string[]): Install[] {
  const [first] = words;
  if (first !== 'install' && first !== 'get' && first !== 'run') return [];
  return words.slice(1).flatMap((word): Install[] => {
    const match = /^([a-z0-9.-]+\.[a-z]+\/[^@\s]+)@(\S+)$/i.exec(word);
    if (match === null || match[1] === undefined || match[2] === undefined || hasPlaceholder(word)) return [];
    const exact = /^v\d/.test(match[2]) ? { version: match[2] } : {};
    return [
      {
        type: 'golang',
        name: match[1].replace(/\/\.\.\.$/, ''),
        command: `go ${first}`,
        source: 'registry',
        range: match[2],
        ...exact,
      },
    ];
  });
}

function cargo(words: readonly string[]): Install[] {
  const [first] = words;
  if (first !== 'install' && first !== 'binstall') return [];
  return named(
    'cargo',
    'cargo install',
    words.slice(1),
    ['--version', '--vers'],
    [
      '--git',
      '--path',
      '--root',
      '--features',
      '--branch',
      '--tag',
      '--rev',
      '--bin',
      '--target',
      '--index',
      '--registry',
      '-F',
      '-j',
    ],
  );
}

function gem(words: readonly string[]): Install[] {
  return words[0] === 'install' || words[0] === 'i'
    ? named(
        'gem',
        'gem install',
        words.slice(1),
        ['-v', '--version'],
        ['-s', '--source', '-n', '--bindir', '-i', '--install-dir', '-P'],
      )
    : [];
}

/** `tool install NAME[@VERSION] [--version VERSION]`. */
function named(
  type: PackageType,
  command: string,
  words: readonly string[],
  versionOptions: readonly string[],
  valued: readonly string[],
): Install[] {
  const at = words.findIndex((word) => versionOptions.includes(word));
  const stated = at === -1 ? undefined : words[at + 1];
  const git = words[words.indexOf('--git') + 1];
  return words.flatMap((word, index): Install[] => {
    const before = words[index - 1] ?? '';
    if (word.startsWith('-') || valued.includes(before) || versionOptions.includes(before) || hasPlaceholder(word))
      return [];
    const match = /^([A-Za-z0-9][\w.-]*)(?:[@:](\d\S*))?$/.exec(word);
    if (match === null || match[1] === undefined) return [];
    const version = match[2] ?? (stated !== undefined && /^=?\d/.test(stated) ? stated.replace(/^=/, '') : undefined);
    const fromGit = words.includes('--git') && git !== undefined;
    return [
      {
        type,
        name: match[1],
        command,
        source: fromGit ? 'git' : 'registry',
        ...(version === undefined ? {} : { version }),
        ...(stated === undefined ? {} : { range: stated }),
        ...(fromGit ? { resolvedUrl: git } : {}),
      },
    ];
  });
}

const FETCH = '(?:curl|wget|fetch|aria2c)';
const SHELL = '(?:sudo\\s+(?:-\\S+\\s+)*)?(?:env\\s+\\S+=\\S*\\s+)?(?:/(?:usr/)?bin/)?(?:env\\s+)?(?:ba|z|da|k|fi)?sh';
const PIPED = [
  new RegExp(`\\b${FETCH}\\b[^|;&\\n]{0,2000}(?:\\|[^|;&\\n]{0,500})?\\|\\s*${SHELL}\\b`),
  new RegExp(`\\b${FETCH}\\b[^|;&\\n]{0,2000}\\|\\s*(?:sudo\\s+)?(?:python3?|node|perl|ruby|bun|deno)\\b`),
  new RegExp(`\\b(?:ba|z|da|k)?sh\\s+(?:-\\w+\\s+)*["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}\\b`),
  new RegExp(`\\b(?:eval|source|\\.)\\s+["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}\\b`),
  /\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^|\n]{0,2000}\|\s*(?:iex|Invoke-Expression)\b/i,
  /\b(?:iex|Invoke-Expression)\b[^|\n]{0,200}\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b/i,
];

/** The address of a script that a line fetches and runs in one step; `''` where the line does so and names no address. */
export function pipedScript(line: string): string | undefined {
  if (!PIPED.some((pattern) => pattern.test(line))) return undefined;
  return /https?:\/\/[^\s"'`|)]+/i.exec(line)?.[0] ?? '';
}
