import { forget } from './ledger/forget.ts';
import { type LedgerIo, parsed, readOptions, usage } from './ledger/options.ts';
import { withStore } from './ledger/store.ts';
import { exportEntries, show } from './ledger/tell.ts';
import { verify, verifyFile } from './ledger/verify.ts';

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
