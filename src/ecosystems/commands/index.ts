import type { DependencyEntry } from '../../core/dependency.ts';
import { member, membersOf, parseJson, STRICT_JSON, textOf } from '../json.ts';
import { openText } from '../opening.ts';
import type { DependencyFormat, ParsedDependencies } from '../types.ts';
import { foldedLines } from './folded.ts';
import type { Install } from './install.ts';
import { installsOf } from './installs.ts';
import { pipedScript } from './piped.ts';
import { commandsOf, logicalLines } from './shell.ts';

/** UTF-16 code units; documents and scripts, not data. */
const LARGEST = 2_000_000;

/** Files that a machine runs. */
const RUN =
  /(^|\/)((.*\.)?Dockerfile(\..*)?|Containerfile|(GNU)?[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml|Procfile|Vagrantfile|Jenkinsfile|\.gitlab-ci\.yml|azure-pipelines\.yml|bitbucket-pipelines\.yml|\.?devcontainer\.json|tox\.ini|noxfile\.py|action\.ya?ml|compose\.ya?ml|docker-compose[^/]*\.ya?ml|cloudbuild\.ya?ml|\.travis\.yml|appveyor\.yml|\.pre-commit-config\.yaml|render\.yaml|netlify\.toml|fly\.toml|railway\.json|vercel\.json|nixpacks\.toml|Earthfile|Tiltfile|Brewfile|\.envrc)$|\.(sh|bash|zsh|fish|ps1|cmd|bat|mk)$|(^|\/)\.github\/workflows\/[^/]+\.ya?ml$|(^|\/)\.(husky|devcontainer|circleci)\/[^/]+$/;
/** Documents that people and agents follow. */
const FOLLOWED =
  /\.(md|mdx|mdc|markdown|rst|adoc)$|(^|\/)(README|INSTALL|CONTRIBUTING|llms|llms-full)(\.txt)?$|(^|\/)\.(cursorrules|windsurfrules|clinerules)$/i;

/** Install commands in scripts, Dockerfiles, workflows, Makefiles and documents, line by line. */
export const shellCommands: DependencyFormat = {
  id: 'shell-commands',
  entry: 'command',
  matches: (path) => RUN.test(path) || FOLLOWED.test(path),
  parse: (text, path) => {
    const plain = openText(text, path, LARGEST);
    const opened = /\.ya?ml$/i.test(path) ? foldedLines(plain) : plain;
    return {
      entries: logicalLines(opened).flatMap((line) => entriesOf(line.text, line.line, path, undefined)),
      unread: [],
    };
  },
};

/** Install commands in the `scripts` of a package.json. */
export const packageScripts: DependencyFormat = {
  id: 'package-scripts',
  entry: 'command',
  matches: (path) => /(^|\/)package\.json$/.test(path),
  parse: parseScripts,
};

function parseScripts(text: string, path: string): ParsedDependencies {
  const root = parseJson(openText(text, path, LARGEST * 8), path, STRICT_JSON);
  const entries = membersOf(member(root, 'scripts')).flatMap((item) => {
    const script = textOf(item.value);
    return script === undefined ? [] : entriesOf(script, item.location.startLine, path, item.key);
  });
  return { entries, unread: [] };
}

function entriesOf(text: string, line: number, path: string, group: string | undefined): DependencyEntry[] {
  const location = { path, startLine: line, endLine: line };
  const shared = {
    entry: 'command',
    location,
    relationship: 'direct',
    ...(group === undefined ? {} : { group }),
  } as const;
  const entries: DependencyEntry[] = [];
  const piped = /\|\s*\S|<\(|\$\(|`|iex|Invoke-Expression/i.test(text) ? pipedScript(text) : undefined;
  if (piped !== undefined) {
    const name = piped
      .replace(/^https?:\/\//i, '')
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '');
    entries.push({
      ...shared,
      type: 'generic',
      name: name === '' ? 'unnamed-script' : name,
      scope: 'piped-script',
      source: 'url',
      ...(piped === '' ? {} : { resolvedUrl: piped }),
    });
  }
  const seen = new Set<string>();
  for (const command of commandsOf(text, line)) {
    for (const install of installsOf(command.words)) {
      const key = `${install.type}\n${install.name}\n${install.range ?? ''}`;
      if (seen.has(key)) continue;
      seen.add(key);
      entries.push({ ...shared, ...entryPart(install) });
    }
  }
  return entries;
}

function entryPart(
  install: Install,
): Pick<DependencyEntry, 'type' | 'name' | 'scope' | 'source' | 'range' | 'version' | 'resolvedUrl'> {
  const { command, ...rest } = install;
  return { ...rest, scope: command };
}
