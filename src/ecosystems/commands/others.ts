import type { PackageType } from '../../core/dependency.ts';
import { hasPlaceholder, type Install } from './install.ts';

export function go(words: readonly string[]): Install[] {
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

export function cargo(words: readonly string[]): Install[] {
  const [first] = words;
  if (first !== 'install' && first !== 'binstall' && first !== 'add') return [];
  return named(
    'cargo',
    `cargo ${first}`,
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

export function gem(words: readonly string[]): Install[] {
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

/** `composer [global] require vendor/name[:constraint]` (Composer docs, "Command-line interface"). */
export function composer(words: readonly string[]): Install[] {
  const rest = words[0] === 'global' ? words.slice(1) : words;
  if (rest[0] !== 'require') return [];
  return rest.slice(1).flatMap((word): Install[] => {
    const [, name, range] = /^([a-z0-9][\w.-]*\/[a-z0-9][\w.-]*)(?:[:=](.+))?$/i.exec(word) ?? [];
    if (name === undefined || hasPlaceholder(word)) return [];
    const exact = range !== undefined && /^v?\d+(\.\d+)+$/.test(range) ? { version: range } : {};
    const found: Install = { type: 'composer', name, command: 'composer require', source: 'registry', ...exact };
    return [range === undefined ? found : { ...found, range }];
  });
}

/** `dotnet tool install NAME`, `dotnet add [PROJECT] package NAME` (.NET docs, "dotnet CLI"). */
export function dotnet(words: readonly string[]): Install[] {
  const at = words[0] === 'tool' && words[1] === 'install' ? 1 : words[0] === 'add' ? words.indexOf('package') : -1;
  if (at === -1) return [];
  const valued = ['--tool-path', '--add-source', '--configfile', '--framework', '-f', '-s', '--source', '-n'];
  return named('nuget', 'dotnet install', words.slice(at + 1), ['--version', '-v'], valued).slice(0, 1);
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
