import { formatLedgerHead, type LedgerCheck, type OperatedStore } from '../../core/store.ts';
import { readSettings } from '../../service/settings.ts';
import { checkChain } from '../../store/chain.ts';
import { readPublicKeys } from '../../store/signature.ts';
import { printedHeads } from './anchors.ts';
import { fileEntries, firstInstallation, ofInstallation } from './export-file.ts';
import { type LedgerIo, type Options, usage } from './options.ts';
import { chosen } from './store.ts';

/** Computes the chains of the database anew. Answers the exit code. */
export async function verify(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
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

/** The same for an export, without the database. */
export async function verifyFile(path: string, options: Options, io: LedgerIo): Promise<number> {
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
