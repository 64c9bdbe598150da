import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { run } from '../../src/commands/ledger.ts';
import { sha256 } from '../../src/core/digest.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { formatLedgerHead, type LedgerHead } from '../../src/core/store.ts';
import { openStore } from '../../src/store/index.ts';
import { beginFolder } from '../support/data-folder.ts';
import { emptyFolder, ledgerEntry, removeFolder, START } from './support.ts';

const folder = emptyFolder();
const data = join(folder, 'data');
const keys = generateKeyPairSync('ed25519');
const keyFile = join(folder, 'key.pem');
const publicKeyFile = join(folder, 'public.pem');
let head: LedgerHead;
let early: LedgerHead;

const HOSTILE = 'fine\u001b[2K\u202e"evil"\nnext\u007f\u2028 "body":1}';

beforeAll(async () => {
  writeFileSync(keyFile, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(publicKeyFile, keys.publicKey.export({ type: 'spki', format: 'pem' }));
  await beginFolder(data);
  const store = await openStore({ databaseUrl: null, dataFolder: data, now: () => START, ledgerKeyFile: keyFile });
  const at = (minutes: number) => ({ at: new Date(START + minutes * 60_000).toISOString() });
  const grace = { id: 9, login: 'grace' };
  const linus = { id: 10, login: 'linus' };
  const append = (key: string, changes: Parameters<typeof ledgerEntry>[1]) =>
    store.ledger.append(11, ledgerEntry(key, changes));
  await append('review', {
    type: 'review',
    actor: null,
    reason: null,
    details: { findings: [{ handle: 'F1', ruleId: 'command-injection', level: 'error', confidence: 'high' }] },
    ...at(0),
  });
  early = await append('verdict', {
    type: 'verdict',
    actor: null,
    reason: null,
    details: { result: 'blocked' },
    ...at(0),
  });
  await append('s1', { actor: grace, details: { signOffId: 'so-1', '10': 1, '9': 2 }, ...at(10) });
  await append('s2', { actor: grace, evidenceDigests: ['9'.repeat(64)], details: { signOffId: 'so-2' }, ...at(30) });
  await append('s3', { actor: linus, evidenceDigests: ['8'.repeat(64)], details: { signOffId: 'so-3' }, ...at(1) });
  await append('no', { type: 'refusal', actor: linus, reason: HOSTILE, ...at(60) });
  await append('back', { type: 'revocation', actor: linus, details: { signOffId: 'so-3' }, ...at(61) });
  head = await append('green', { type: 'verdict', actor: null, reason: null, details: { result: 'pass' }, ...at(62) });
  await store.close();
});

afterAll(() => removeFolder(folder));

async function ledger(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      err += text;
    },
    env: { COUNTERSIGN_DATA: data },
    now: () => START,
  };
  const code = await run(argv, io).catch((error: unknown) => {
    if (error instanceof CountersignError && error.code === 'bad-usage') return `wrong use: ${error.message}`;
    throw error;
  });
  expect(err).toBe('');
  return { code, out, lines: out.split('\n').filter((line) => line !== '') };
}

/** What OCSF 1.3.0 requires of a Detection Finding, and the types and closed lists of what we add. */
const DetectionFinding = z.strictObject({
  activity_id: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  activity_name: z.enum(['Create', 'Update', 'Close']),
  category_uid: z.literal(2),
  category_name: z.literal('Findings'),
  class_uid: z.literal(2004),
  class_name: z.literal('Detection Finding'),
  type_uid: z.number().int(),
  type_name: z.string(),
  time: z.number().int().positive(),
  severity_id: z.number().int().min(1).max(6),
  severity: z.string(),
  status_id: z.number().int().min(1).max(6),
  status: z.enum(['New', 'In Progress', 'Suppressed', 'Resolved', 'Archived', 'Deleted']),
  message: z.string().min(1),
  comment: z.string().optional(),
  metadata: z.strictObject({
    version: z.literal('1.3.0'),
    product: z.strictObject({ name: z.string(), vendor_name: z.string(), version: z.string() }),
    uid: z.string(),
    sequence: z.number().int(),
    event_code: z.string(),
    log_name: z.string(),
    original_time: z.string(),
  }),
  finding_info: z.strictObject({
    uid: z.string().min(1),
    title: z.string().min(1),
    created_time: z.number().int(),
    types: z.array(z.string()),
  }),
  resources: z.array(z.strictObject({ uid: z.string(), type: z.string() })).length(1),
  evidences: z
    .array(
      z.strictObject({
        actor: z.strictObject({ user: z.strictObject({ uid: z.string(), name: z.string() }) }).optional(),
        data: z.json(),
      }),
    )
    .length(1),
  unmapped: z.record(z.string(), z.json()),
});

describe('countersign ledger verify', () => {
  it('exits 3 without an anchor, and says what that leaves open', async () => {
    const { code, out } = await ledger('verify');
    expect(code).toBe(3);
    expect(out).toContain(`installation 11: verified, 8 entries, head ${formatLedgerHead(head)}`);
    expect(out).toContain('that its end was cut off cannot be excluded');
  });

  it('exits 0 with the head of a check run, the newest or an older one', async () => {
    const newest = await ledger('verify', '--expect-head', formatLedgerHead(head), '--public-key', publicKeyFile);
    expect(newest.code).toBe(0);
    expect(newest.out).toContain('8 entries, 8 of them signed');
    const older = await ledger('verify', '--expect-head', early.hash, '--installation', '11');
    expect(older.code).toBe(0);
    expect(older.out).toContain('The 6 after it are in order, and covered only by a later head.');
  });

  it('exits 1 when the head is not in the chain, and names the first entry that is missing', async () => {
    const { code, out } = await ledger('verify', '--expect-head', `9:${'a'.repeat(64)}`);
    expect(code).toBe(1);
    expect(out).toContain('installation 11: BROKEN at entry 9:');
    const none = await ledger('verify', '--installation', '12', '--expect-head', formatLedgerHead(head));
    expect(none.code).toBe(1);
    expect(none.out).toContain('installation 12: BROKEN at entry 1:');
  });

  it('refuses a public key that did not sign', async () => {
    const other = join(folder, 'other.pem');
    writeFileSync(other, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    expect((await ledger('verify', '--expect-head', formatLedgerHead(head), '--public-key', other)).code).toBe(1);
  });

  it('checks an export without any database, and finds one changed letter in it', async () => {
    const { out } = await ledger('export');
    const file = join(folder, 'export.jsonl');
    writeFileSync(file, out);
    const anchor = ['--expect-head', formatLedgerHead(head)];
    expect((await ledger('verify', '--file', file, ...anchor, '--public-key', publicKeyFile)).code).toBe(0);
    expect((await ledger('verify', '--file', file)).code).toBe(3);
    const lines = out.split('\n');
    writeFileSync(file, lines.map((line, at) => (at === 2 ? line.replace('constant', 'Constant') : line)).join('\n'));
    expect((await ledger('verify', '--file', file, ...anchor)).out).toContain('BROKEN at entry 3:');
    writeFileSync(file, lines.filter((_, at) => at !== 4).join('\n'));
    expect((await ledger('verify', '--file', file, ...anchor)).out).toContain('BROKEN at entry 5: it is missing');
    writeFileSync(file, `${out}{"installation":12}\n`);
    expect((await ledger('verify', '--file', file)).code).toMatch(/^wrong use: Line 9 is not an entry/);
  });
});

describe('countersign ledger export', () => {
  it('writes one JSON line for each entry, with the names beside the entry and never in it', async () => {
    const { code, lines } = await ledger('export');
    expect(code).toBe(0);
    expect(lines).toHaveLength(8);
    const third = JSON.parse(lines[2] ?? '');
    expect(third.names).toEqual({ requester: 'yara', actor: { id: '9', login: 'grace' } });
    expect(JSON.stringify(third.body)).not.toMatch(/grace|yara/);
    for (const line of lines) {
      const { hash, previousHash } = JSON.parse(line);
      const body = line.slice(line.indexOf('"body":') + '"body":'.length, -1);
      expect(sha256(`${previousHash}\n${body}`), 'as docs/ledger.md tells to check by hand').toBe(hash);
    }
    const without = await ledger('export', '--no-names');
    expect(without.out).not.toMatch(/grace|linus|yara/);
  });

  it('keeps to a time range: since is included, until is not', async () => {
    const { lines } = await ledger('export', '--since', '2026-03-01T12:10:00Z', '--until', '2026-03-01T14:00:00+01:00');
    expect(lines.map((line) => JSON.parse(line).body.effectKey)).toEqual(['s1', 's2']);
    expect((await ledger('export', '--until', '2026-03-01')).lines).toEqual([]);
  });

  it('writes OCSF Detection Findings of the published shape', async () => {
    const { lines } = await ledger('export', '--format', 'ocsf');
    const events = lines.map((line) => DetectionFinding.parse(JSON.parse(line)));
    expect(events).toHaveLength(8);
    for (const event of events) expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
    expect(new Set(events.map((event) => event.finding_info.uid))).toEqual(new Set(['77#1/r-aaaaaaaa']));
    expect(events[0]).toMatchObject({ activity_id: 1, status: 'New', severity: 'High' });
    expect(events[2]).toMatchObject({
      activity_id: 2,
      status: 'Suppressed',
      comment: 'read the parser, input is a constant',
      evidences: [{ actor: { user: { uid: '9', name: 'grace' } } }],
    });
    expect(events[7]).toMatchObject({ activity_id: 3, status: 'Resolved', severity: 'Informational' });
    expect((await ledger('export', '--format', 'ocsf', '--no-names')).out).not.toMatch(/grace|linus|yara/);
  });
});

describe('countersign ledger show', () => {
  it('tells each entry in a line that cannot move a cursor or turn the text round', async () => {
    const { lines, out } = await ledger('show');
    expect(lines).toHaveLength(9);
    expect(lines[3]).toMatch(/^ {5}3 {2}2026-03-01T12:10:00\.000Z {2}sign-off .* 77#1 {2}r-aaaaaaaa {2}grace {2}"read/);
    expect(out).toContain('fine\\u{1b}[2K\\u{202e}"evil"\\u{a}next\\u{7f}\\u{2028} "body":1}');
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  it('--stats tells for each signer how many, how fast and how often overturned', async () => {
    const { lines } = await ledger('show', '--stats');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['installation 11'],
      ['signer', 'sign-offs', 'median', 'fastest', 'overturned', 'refusals'],
      ['grace', '2', '10 min', '10 min', '1', '0'],
      ['linus', '1', '1 min', '1 min', '1', '1'],
    ]);
  });
});

describe('countersign ledger, used wrongly', () => {
  it.each([
    ['nothing to do', []],
    ['an unknown verb', ['burn']],
    ['an unknown option', ['verify', '--force']],
    ['a head that is none', ['verify', '--expect-head', 'abc']],
    ['a format that is none', ['export', '--format', 'xml']],
    ['a time that is none', ['export', '--since', 'yesterday']],
    ['a time without its zone', ['export', '--since', '2026-03-01T12:00:00']],
    ['an installation that is none', ['show', '--installation', '1; DROP TABLE x']],
    ['a person who is not named', ['forget']],
    ['a folder without a ledger', ['verify', '--data', join(folder, 'nowhere')]],
    ['a file that is not there', ['verify', '--file', join(folder, 'nowhere')]],
    ['a key that is none', ['verify', '--public-key', join(folder, 'data', 'database', 'PG_VERSION')]],
  ])('exits 2 for %s', async (_, argv) => {
    const { code } = await ledger(...argv);
    expect(code === 2 || String(code).startsWith('wrong use: ')).toBe(true);
  });
});

describe('countersign ledger forget', () => {
  it('deletes the names of a person and leaves the chain as it is', async () => {
    expect((await ledger('forget', '--login', 'nobody')).code).toBe(1);
    expect((await ledger('forget', '--id', '9')).out).toContain('2 rows deleted');
    expect((await ledger('export')).out).not.toContain('grace');
    expect((await ledger('show', '--stats')).out).toMatch(/^\([0-9a-f]{12}\) +2 /m);
    expect((await ledger('verify', '--expect-head', formatLedgerHead(head))).code).toBe(0);
  });
});

it('the key file itself must be an Ed25519 key', async () => {
  const rsa = join(folder, 'rsa.pem');
  writeFileSync(
    rsa,
    generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );
  const start = (ledgerKeyFile: string) =>
    openStore({ databaseUrl: null, dataFolder: data, now: () => START, ledgerKeyFile });
  await expect(start(rsa)).rejects.toMatchObject({ code: 'bad-configuration' });
  await expect(start(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'bad-configuration' });
  expect(readFileSync(publicKeyFile, 'utf8')).toContain('PUBLIC KEY');
});
