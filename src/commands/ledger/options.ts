import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../../core/errors.ts';
import { parseAnchor } from '../../store/chain.ts';
import { readPublicKeys } from '../../store/signature.ts';

/** What the subcommands touch of their process. */
export interface LedgerIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The command line, split; throws `bad-usage` for an option that does not exist. */
export function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        data: { type: 'string' },
        installation: { type: 'string' },
        'expect-head': { type: 'string', multiple: true },
        repository: { type: 'string', multiple: true },
        'public-key': { type: 'string', multiple: true },
        file: { type: 'string' },
        format: { type: 'string' },
        since: { type: 'string' },
        until: { type: 'string' },
        'no-names': { type: 'boolean' },
        stats: { type: 'boolean' },
        login: { type: 'string' },
        id: { type: 'string' },
      },
    });
  } catch (error) {
    throw usage(messageOf(error));
  }
}

/** The options of all subcommands, read and checked. */
export interface Options {
  readonly data: string | null;
  readonly installation: number | null;
  readonly expectHeads: readonly string[];
  readonly repositories: readonly { readonly owner: string; readonly name: string }[];
  /** PEM texts. */
  readonly publicKeys: readonly string[];
  readonly format: 'jsonl' | 'ocsf';
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  readonly withNames: boolean;
  readonly stats: boolean;
  readonly login: string | null;
  readonly accountId: number | null;
}

/** Everything is read before a database is opened: a mistyped option is told at once. */
export async function readOptions(values: ReturnType<typeof parsed>['values']): Promise<Options> {
  const format = values.format ?? 'jsonl';
  if (format !== 'jsonl' && format !== 'ocsf') throw usage(`There is no format "${format}": jsonl or ocsf.`);
  const expectHeads = values['expect-head'] ?? [];
  for (const head of expectHeads) parseAnchor(head);
  const publicKeys = await readAll(values['public-key'] ?? []);
  readPublicKeys(publicKeys);
  return {
    data: values.data ?? null,
    installation: numberOf('--installation', values.installation),
    expectHeads,
    repositories: (values.repository ?? []).map(repositoryNamed),
    publicKeys,
    format,
    since: instantOf('--since', values.since) ?? Number.NEGATIVE_INFINITY,
    until: instantOf('--until', values.until) ?? Number.POSITIVE_INFINITY,
    withNames: values['no-names'] !== true,
    stats: values.stats === true,
    login: values.login ?? null,
    accountId: numberOf('--id', values.id),
  };
}

function repositoryNamed(text: string): { readonly owner: string; readonly name: string } {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? [];
  if (owner === undefined || name === undefined) throw usage(`--repository takes owner/name, not "${text}".`);
  return { owner, name };
}

async function readAll(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    paths.map((path) =>
      readFile(path, 'utf8').catch((error: unknown) => {
        throw usage(`${path} cannot be read: ${messageOf(error)}.`);
      }),
    ),
  );
}

function numberOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[0-9]{1,15}$/.test(text)) throw usage(`${option} takes a number, not "${text}".`);
  return Number(text);
}

/** A day alone means its first instant in UTC. */
function instantOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const instant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(instant)) throw usage(`${option} takes 2026-03-01 or 2026-03-01T12:00:00Z, not "${text}".`);
  return instant;
}

/** A wrong use of the command, with the way to its help. */
export function usage(message: string): CountersignError {
  return new CountersignError('bad-usage', `${message} \`countersign ledger --help\` tells more.`);
}
