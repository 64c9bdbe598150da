import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../../core/errors.ts';

export const HELP = `countersign scan: the review of a pull request, for a change on this machine

  countersign scan                                    the working tree against the default branch
  countersign scan --base REV [--head REV]            a range of commits (git objects only; works in a bare repository)
  countersign scan --base-dir DIR --head-dir DIR      two folders
  countersign scan --all DIR                          every file of a folder, as if all of it were new

  --format text|json|sarif|github   how to print it (text)
  --pull-request FILE               author, title, body and commits of the pull request, as JSON; without it the
                                    change is judged as an agent's
  --offline                         ask no registry: every look-up is unavailable, and the result says so
  --allow-unknown                   with --offline: leave out the rules that need a look-up, and list them
  --repository DIR                  where the repository is (this folder)
  --verbose                         say on standard error how many files were read and how long it took; a terminal is
                                    always told

Exit: 0 pass · 1 blocked · 2 wrong use · 3 could not be evaluated
`;

export const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

export interface Options {
  readonly source: Source;
  readonly format: (typeof FORMATS)[number];
  readonly pullRequest: string | null;
  readonly offline: boolean;
  readonly allowUnknown: boolean;
  readonly verbose: boolean;
}

export type Source =
  | { readonly kind: 'range'; readonly repository: string; readonly base: string | null; readonly head: string }
  | { readonly kind: 'working-tree'; readonly repository: string; readonly base: string | null }
  | { readonly kind: 'folders'; readonly base: string; readonly head: string }
  | { readonly kind: 'all'; readonly folder: string };

/** Throws CountersignError `bad-usage`. */
export function readOptions(argv: readonly string[]): Options | 'help' {
  const values = parsed(argv);
  if (values.help === true) return 'help';
  const format = FORMATS.find((name) => name === values.format);
  if (format === undefined) throw usage(`--format takes ${FORMATS.join(', ')}, not "${values.format}"`);
  const offline = values.offline === true;
  const allowUnknown = values['allow-unknown'] === true;
  if (allowUnknown && !offline) throw usage('--allow-unknown goes with --offline');
  return {
    source: readSource(values),
    format,
    pullRequest: values['pull-request'] ?? null,
    offline,
    allowUnknown,
    verbose: values.verbose === true,
  };
}

function readSource(values: ReturnType<typeof parsed>): Source {
  const ranged = values.base !== undefined || values.head !== undefined;
  const folders = values['base-dir'] !== undefined || values['head-dir'] !== undefined;
  const ways = [ranged, folders, values.all !== undefined].filter(Boolean).length;
  if (ways > 1) throw usage('a scan is of one change: a range, two folders, or --all');
  if (values.all !== undefined) return { kind: 'all', folder: resolve(values.all) };
  if (folders) {
    if (values['base-dir'] === undefined || values['head-dir'] === undefined) {
      throw usage('--base-dir and --head-dir go together');
    }
    return { kind: 'folders', base: resolve(values['base-dir']), head: resolve(values['head-dir']) };
  }
  const repository = resolve(values.repository ?? '.');
  const base = values.base ?? null;
  return values.head === undefined
    ? { kind: 'working-tree', repository, base }
    : { kind: 'range', repository, base, head: values.head };
}

function parsed(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        base: { type: 'string' },
        head: { type: 'string' },
        'base-dir': { type: 'string' },
        'head-dir': { type: 'string' },
        all: { type: 'string' },
        'pull-request': { type: 'string' },
        format: { type: 'string', default: 'text' },
        offline: { type: 'boolean' },
        'allow-unknown': { type: 'boolean' },
        repository: { type: 'string' },
        verbose: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw usage(messageOf(error));
  }
}

export function usage(message: string): CountersignError {
  return new CountersignError('bad-usage', `${message}. \`countersign scan --help\` tells more.`);
}
