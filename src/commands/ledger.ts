import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../core/errors.ts';
import { formatLedgerHead, type LedgerCheck, type LedgerEvent, type OperatedStore } from '../core/store.ts';
import { ledgerLine, ruleStats, ruleTable, signerStats, statsTable } from '../report/ledger-text.ts';
import { ocsfOf } from '../report/ocsf.ts';
import { readSettings } from '../service/settings.ts';
import { checkChain, parseAnchor, type StoredEntry } from '../store/chain.ts';
import { exportLine, parseExportLine } from '../store/export.ts';
import { openStore } from '../store/index.ts';
import { readPublicKeys } from '../store/signature.ts';
import { VERSION } from '../version.ts';
import { printedHeads } from './ledger-anchors.ts';

const HELP = `countersign ledger: the audit ledger

  countersign ledger verify [--expect-head HEAD]… [--repository OWNER/NAME]… [--public-key FILE]… [--file EXPORT]
      Computes every chain anew and names the first entry that is wrong or missing.
      HEAD is a head as a check run prints it (12:ab34…), the anchor outside of this database. With --repository the heads
      that its check runs print are fetched, with the token in GITHUB_TOKEN, and all of them have to be in the chain.
      Exit codes: 0 verified and anchored · 1 broken · 2 wrong use · 3 verified, but not anchored.
  countersign ledger export [--format jsonl|ocsf] [--since T] [--until T] [--no-names]
  countersign ledger show [--since T] [--until T] [--stats]
      T is a date or an instant (ISO 8601); --until is not included. --stats: each signer, how many, how fast, how often overturned;
      each rule, how often signed, refused, reported as wrong.
  countersign ledger forget (--login LOGIN | --id NUMBER)
      Deletes a person's names and salts. Entries stay, and name nobody any more.

  --installation N   one installation's chain; without it, all
  --data DIR         the data folder; without it COUNTERSIGN_DATA, or DATABASE_URL for PostgreSQL
`;

export interface LedgerIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export async function run(argv: readonly string[], io: LedgerIo): Promise<number> {
  const { values, positionals } = parsed(argv);
  const [verb, ...rest] = positionals;
  if (values.help === true || verb === undefined) {
    io.stdout(HELP);
    return values.help === true ? 0 : 2;
  }
  if (rest.length > 0) throw usage(`"${rest[0]}" is one word too many.`);
  const options = await readOptions(values);
  if (verb === 'verify' && values.file !== undefined) return verifyFile(values.file, options, io);
  switch (verb) {
    case 'verify':
      return withStore(options.data, io, (store) => verify(store, options, io));
    case 'export':
      return withStore(options.data, io, (store) => exportEntries(store, options, io));
    case 'show':
      return withStore(options.data, io, (store) => show(store, options, io));
    case 'forget':
      if (options.accountId === null && options.login === null) {
        throw usage('Name the person: --login LOGIN or --id NUMBER.');
      }
      return withStore(options.data, io, (store) => forget(store, options, io));
    default:
      throw usage(`There is no "ledger ${verb}".`);
  }
}

function parsed(argv: readonly string[]) {
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

interface Options {
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
async function readOptions(values: ReturnType<typeof parsed>['values']): Promise<Options> {
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

async function withStore(
  data: string | null,
  io: LedgerIo,
  work: (store: OperatedStore) => Promise<number>,
): Promise<number> {
  const settings = readSettings(io.env);
  const dataFolder = data === null ? settings.dataFolder : resolve(data);
  const databaseUrl = data === null ? settings.databaseUrl : null;
  // A mistyped folder must not become an empty ledger that verifies.
  if (databaseUrl === null && !existsSync(join(dataFolder, 'database'))) {
    throw usage(`There is no ledger in ${dataFolder}: name the service's data folder with --data.`);
  }
  const store = await openStore({
    databaseUrl,
    dataFolder,
    now: io.now,
    onError: (error) => io.stderr(`countersign ledger: ${messageOf(error)}\n`),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function verify(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  const { publicKeys } = options;
  const expectHeads = await headsToExpect(options, io);
  const installations = await chosen(store, options.installation);
  if (expectHeads.length > 0 && installations.length > 1) {
    throw usage(`A head belongs to one chain: add --installation (${installations.join(', ')}).`);
  }
  if (installations.length === 0) {
    io.stdout('The ledger has no entries.\n');
    return expectHeads.length === 0 ? 3 : 1;
  }
  let worst = 0;
  for (const installation of installations) {
    const check = await store.ledger.check(installation, expectHeads, publicKeys);
    worst = worse(worst, tell(installation, check, io));
  }
  return worst;
}

async function verifyFile(path: string, options: Options, io: LedgerIo): Promise<number> {
  const publicKeys = readPublicKeys(options.publicKeys);
  const installation = options.installation ?? (await firstInstallation(path));
  const entries = ofInstallation(fileEntries(path), installation);
  return tell(
    installation,
    await checkChain(entries, {
      installationId: installation,
      expectHeads: await headsToExpect(options, io),
      publicKeys,
    }),
    io,
  );
}

/** The heads that were given, and those that check runs on GitHub print. */
async function headsToExpect(options: Options, io: LedgerIo): Promise<readonly string[]> {
  const { expectHeads, repositories } = options;
  if (repositories.length === 0) return expectHeads;
  const token = io.env['GITHUB_TOKEN'] ?? '';
  if (token === '') throw usage('--repository reads check runs: put a token that may read them into GITHUB_TOKEN.');
  const printed: string[] = [];
  for (const repository of repositories) {
    const heads = await printedHeads(repository, { token, apiUrl: readSettings(io.env).apiUrl });
    if (heads.length === 0) {
      throw usage(`No check run of ${repository.owner}/${repository.name} prints a head of the ledger.`);
    }
    io.stdout(`${repository.owner}/${repository.name}: ${heads.length} heads printed in check runs\n`);
    printed.push(...heads);
  }
  return [...new Set([...expectHeads, ...printed])];
}

function repositoryNamed(text: string): { readonly owner: string; readonly name: string } {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? [];
  if (owner === undefined || name === undefined) throw usage(`--repository takes owner/name, not "${text}".`);
  return { owner, name };
}

function tell(installation: number, check: LedgerCheck, io: LedgerIo): number {
  const chain = `installation ${installation}`;
  if (check.state === 'broken') {
    io.stdout(`${chain}: BROKEN at entry ${check.sequence}: ${check.reason}.\n`);
    return 1;
  }
  const unanchored =
    'Not anchored: that its end was cut off cannot be excluded. Copy a head from a check run and give it as --expect-head.';
  if (check.state === 'empty') {
    io.stdout(`${chain}: no entries. ${unanchored}\n`);
    return 3;
  }
  const signed = check.signed === 0 ? '' : `, ${check.signed} of them signed`;
  io.stdout(`${chain}: verified, ${check.head.sequence} entries${signed}, head ${formatLedgerHead(check.head)}\n`);
  if (check.anchoredAt === null) {
    io.stdout(`  ${unanchored}\n`);
    return 3;
  }
  const later = check.head.sequence - check.anchoredAt;
  const note = later === 0 ? '' : ` The ${later} after it are in order, and covered only by a later head.`;
  io.stdout(`  Anchored: entries up to ${check.anchoredAt} are those that the expected head stands for.${note}\n`);
  return 0;
}

/** Broken is worse than not anchored. */
function worse(a: number, b: number): number {
  return a === 1 || b === 1 ? 1 : Math.max(a, b);
}

async function exportEntries(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  const { format, withNames } = options;
  for (const installation of await chosen(store, options.installation)) {
    for await (const event of between(store.ledger.events(installation), options)) {
      const told = withNames ? event : { ...event, names: { requester: null, actor: null } };
      io.stdout(`${format === 'ocsf' ? JSON.stringify(ocsfOf(told, VERSION)) : exportLine(told, withNames)}\n`);
    }
  }
  return 0;
}

async function show(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  for (const installation of await chosen(store, options.installation)) {
    const events = between(store.ledger.events(installation), options);
    io.stdout(`installation ${installation}\n`);
    if (options.stats) {
      io.stdout(`${statsTable(await signerStats(events))}\n`);
      const rules = await ruleStats(between(store.ledger.events(installation), options));
      if (rules.length > 0) io.stdout(`\n${ruleTable(rules)}\n`);
      continue;
    }
    for await (const event of events) io.stdout(`${ledgerLine(event)}\n`);
  }
  return 0;
}

async function forget(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  const rows = await store.ledger.forget({ accountId: options.accountId, login: options.login });
  io.stdout(rows === 0 ? 'The ledger knows no such person.\n' : `Forgotten: ${rows} rows deleted; the entries stay.\n`);
  return rows === 0 ? 1 : 0;
}

async function chosen(store: OperatedStore, installation: number | null): Promise<readonly number[]> {
  return installation === null ? store.ledger.installations() : [installation];
}

async function* between(events: AsyncIterable<LedgerEvent>, options: Options): AsyncIterable<LedgerEvent> {
  for await (const event of events) {
    const at = Date.parse(event.body.at);
    if (at >= options.since && at < options.until) yield event;
  }
}

async function* fileEntries(path: string): AsyncIterable<StoredEntry> {
  const file = await opened(path);
  let number = 0;
  try {
    for await (const line of linesOf(file.createReadStream({ encoding: 'utf8' }))) {
      number += 1;
      if (line.trim() !== '') yield parseExportLine(line, number);
    }
  } finally {
    await file.close();
  }
}

/** Split at line feeds only: JSON may hold U+2028 as it is, and `readline` would end a line there. */
async function* linesOf(pieces: AsyncIterable<unknown>): AsyncIterable<string> {
  let rest = '';
  for await (const piece of pieces) {
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* ofInstallation(entries: AsyncIterable<StoredEntry>, installation: number): AsyncIterable<StoredEntry> {
  for await (const entry of entries) if (entry.installationId === installation) yield entry;
}

/** An export of one chain needs no --installation; one of several does, or a foreign entry could hide among them. */
async function firstInstallation(path: string): Promise<number> {
  const found = new Set<number>();
  for await (const entry of fileEntries(path)) found.add(entry.installationId);
  const [only, ...others] = found;
  if (only === undefined) throw usage(`${path} holds no entries.`);
  if (others.length > 0) throw usage(`${path} holds several chains: add --installation (${[...found].join(', ')}).`);
  return only;
}

async function opened(path: string) {
  try {
    return await open(path);
  } catch (error) {
    throw usage(`${path} cannot be read: ${messageOf(error)}.`);
  }
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

function usage(message: string): CountersignError {
  return new CountersignError('bad-usage', `${message} \`countersign ledger --help\` tells more.`);
}
