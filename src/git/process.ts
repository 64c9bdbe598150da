import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { CountersignError } from '../core/errors.ts';

/**
 * Settings that make git run nothing that the scanned repository, or its surroundings, names: no hooks, no file-system
 * monitor, no filters or textconv (the commands that we use apply none), no pager, no prompt, no transport, hence no
 * fetch of a partial clone's missing objects. Nothing replaces objects: no replace refs, grafts, commit graph.
 * `safe.directory` may be open, since what it guards against is exactly such programs.
 */
const settings: readonly string[] = [
  'advice.graftFileDeprecated=false',
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.untrackedCache=false',
  'core.attributesFile=/dev/null',
  'core.excludesFile=/dev/null',
  'core.pager=cat',
  'core.askPass=',
  'core.sshCommand=false',
  'core.useReplaceRefs=false',
  'core.commitGraph=false',
  'core.quotePath=false',
  'credential.helper=',
  'diff.external=',
  'gc.auto=0',
  'maintenance.auto=false',
  'protocol.allow=never',
  'submodule.recurse=false',
  'safe.directory=*',
];

/** The whole environment of git: nothing of ours is handed on but where programs are found. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, SYSTEMROOT } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(SYSTEMROOT === undefined ? {} : { SYSTEMROOT }),
    LC_ALL: 'C',
    HOME: devNull,
    XDG_CONFIG_HOME: devNull,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_SYSTEM: devNull,
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_ASKPASS: 'false',
    GIT_GRAFT_FILE: devNull,
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_PAGER: 'cat',
    GIT_SSH_COMMAND: 'false',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** Starts git on a repository, neutralised. */
export function startGit(repository: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const settled = settings.flatMap((setting) => ['-c', setting]);
  return spawn('git', ['--no-pager', '-C', repository, ...settled, ...args], { env: environment(), windowsHide: true });
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Output kept of one command, in bytes: 256 MB hold the names of about two million files. */
const largestOutput = 256_000_000;

/** Runs git to its end. Throws `bad-usage` only where git itself is missing; a failed command is an answer. */
export async function runGit(repository: string, args: readonly string[]): Promise<GitAnswer> {
  const child = startGit(repository, args);
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdin.end();
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.byteLength;
    if (size > largestOutput) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(0, 2_000);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause) => reject(withoutGit(cause)));
    child.once('close', (ended) => resolve(ended ?? 1));
  });
  if (size > largestOutput) {
    throw new CountersignError(
      'limit-exceeded',
      `git ${args[0]} in ${repository} answers more than ${largestOutput} bytes`,
    );
  }
  return { code, stdout: Buffer.concat(chunks), stderr: stderr.trim() };
}

export function withoutGit(cause: Error): CountersignError {
  return new CountersignError('bad-usage', `git could not be started (${cause.message}); install git 2.36 or newer`, {
    cause,
  });
}

/** The first line of a command that must succeed. */
export async function lineOf(repository: string, args: readonly string[], otherwise: string): Promise<string> {
  const { code, stdout, stderr } = await runGit(repository, args);
  if (code === 0) return stdout.toString('utf8').split('\n')[0] ?? '';
  throw new CountersignError('bad-usage', `${otherwise} (in ${repository}; git says: ${stderr || `exit ${code}`})`);
}
