import type { Install } from './install.ts';
import { deno, nodeManager, runner } from './node.ts';
import { cargo, composer, dotnet, gem, go } from './others.ts';
import { pip, pipx, python, pythonPackages, pythonRunner, uv } from './python.ts';

/** Words before the command itself: prompts, prefixes, keys of YAML, Dockerfile instructions. */
const PREFIX =
  /^(\$|>|%|-|\*|RUN|CMD|ENTRYPOINT|ONBUILD|sudo|doas|exec|time|command|env|nohup|then|do|else|if|!|xargs|corepack|--mount=\S*|-\w|[A-Z_][A-Z0-9_]*=\S*|[\w.-]+:|@)$/;

type Reader = (words: readonly string[]) => Install[];

/** What one simple command installs; an empty list for every other command. */
export function installsOf(words: readonly string[]): Install[] {
  let start = 0;
  while (start < words.length && PREFIX.test(words[start] ?? '')) start += 1;
  const rest = words.slice(start).map((word) => word.replace(/^@(?=(npm|npx|pip)$)/, ''));
  const read = READERS.get(toolOf(rest[0]));
  if (read !== undefined) return read(rest.slice(1));
  if (!WRAPPERS.test(toolOf(rest[0]))) return [];
  const inner = rest.findIndex((word, index) => index > 0 && READERS.has(toolOf(word)));
  return inner === -1 ? [] : installsOf(rest.slice(inner));
}

/** `/usr/bin/pip3.12` → `pip`. */
function toolOf(word: string | undefined): string {
  const bare = (word ?? '').replace(/^.*\//, '').replace(/\.(exe|cmd|ps1)$/, '');
  return /^(pip|python|py)[\d.]*$/.exec(bare)?.[1] ?? bare;
}

/** Commands that run the command behind their own options. */
const WRAPPERS =
  /^(timeout|nice|ionice|nohup|stdbuf|setsid|retry|unbuffer|xvfb-run|su|gosu|runuser|chroot|nvm|fnm|volta|mise|asdf|pyenv|conda|mamba|micromamba|docker|podman|nerdctl|kubectl|ssh|dotenv|direnv|doppler|op|arch|flock|watch|parallel)$/;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['npm', (words) => nodeManager('npm', words)],
  ['pnpm', (words) => nodeManager('pnpm', words)],
  ['yarn', (words) => nodeManager('yarn', words)],
  ['bun', (words) => nodeManager('bun', words)],
  ['npx', (words) => runner('npx', words)],
  ['bunx', (words) => runner('bunx', words)],
  ['pnpx', (words) => runner('pnpx', words)],
  ['pip', pip],
  ['python', python],
  ['py', python],
  ['pipenv', (words) => (words[0] === 'install' ? pythonPackages('pipenv install', words.slice(1)) : [])],
  ['rye', (words) => (words[0] === 'add' || words[0] === 'install' ? pythonPackages('rye add', words.slice(1)) : [])],
  ['easy_install', (words) => pythonPackages('easy_install', words)],
  ['uv', uv],
  ['uvx', (words) => pythonRunner('uvx', words)],
  ['pipx', pipx],
  ['poetry', (words) => (words[0] === 'add' ? pythonPackages('poetry add', words.slice(1)) : [])],
  ['pdm', (words) => (words[0] === 'add' ? pythonPackages('pdm add', words.slice(1)) : [])],
  ['go', go],
  ['cargo', cargo],
  ['gem', gem],
  ['bundle', (words) => (words[0] === 'add' ? gem(['install', ...words.slice(1)]) : [])],
  ['deno', deno],
  ['composer', composer],
  ['dotnet', dotnet],
]);
