import { hasPlaceholder, type Install } from './install.ts';

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

export function pip(words: readonly string[]): Install[] {
  const at = words.indexOf('install');
  return at === -1 ? [] : pythonPackages('pip install', words.slice(at + 1));
}

export function python(words: readonly string[]): Install[] {
  const at = words.indexOf('-m');
  return at !== -1 && words[at + 1] === 'pip' ? pip(words.slice(at + 2)) : [];
}

export function uv(words: readonly string[]): Install[] {
  const [first, second] = words;
  if (first === 'pip') return pip(words.slice(1));
  if (first === 'add') return pythonPackages('uv add', words.slice(1));
  if (first === 'tool' && second === 'install') return pythonPackages('uv tool install', words.slice(2)).slice(0, 1);
  if (first === 'run') return withPackages(words.slice(1));
  if (first === 'tool' && second === 'run') return pythonRunner('uv tool run', words.slice(2));
  return [];
}

/** `uv run --with a,b script.py` (uv docs, "Running scripts"). */
function withPackages(words: readonly string[]): Install[] {
  const named = words.flatMap((word, index) => {
    const inline = /^--with=(.+)$/.exec(word)?.[1];
    return inline ?? (words[index - 1] === '--with' ? word : []);
  });
  return pythonPackages(
    'uv run --with',
    named.flatMap((list) => list.split(',')),
  );
}

export function pipx(words: readonly string[]): Install[] {
  if (words[0] === 'run') return pythonRunner('pipx run', words.slice(1));
  return words[0] === 'install' || words[0] === 'inject'
    ? pythonPackages(`pipx ${words[0]}`, words.slice(1)).slice(0, 1)
    : [];
}

export function pythonRunner(command: string, words: readonly string[]): Install[] {
  const from = words.findIndex((word) => word === '--from' || word === '--spec');
  if (from !== -1) return pythonPackages(command, words.slice(from + 1, from + 2));
  const first = words.findIndex((word, index) => !word.startsWith('-') && !PIP_VALUED.has(words[index - 1] ?? ''));
  return first === -1 ? [] : pythonPackages(command, words.slice(first, first + 1));
}

export function pythonPackages(command: string, words: readonly string[]): Install[] {
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
