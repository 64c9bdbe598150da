import { readSpecifier } from '../npm/specifier.ts';
import { hasPlaceholder, type Install } from './install.ts';

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

export function nodeManager(manager: string, words: readonly string[]): Install[] {
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
export function runner(command: string, words: readonly string[]): Install[] {
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

export function nodePackages(command: string, words: readonly string[]): Install[] {
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

/** `deno add npm:a`, `deno install npm:a`, `deno run npm:a` (Deno docs, "Node and npm support"). */
export function deno(words: readonly string[]): Install[] {
  const [first] = words;
  if (first === undefined || !/^(add|install|i|run|x)$/.test(first)) return [];
  const named = words.slice(1).flatMap((word) => /^npm:\/?(.+)$/.exec(word)?.[1] ?? []);
  return nodePackages(`deno ${first}`, first === 'run' || first === 'x' ? named.slice(0, 1) : named);
}
