import type { LedgerEvent, OperatedStore } from '../../core/store.ts';
import { ledgerLine, ruleStats, ruleTable, signerStats, statsTable } from '../../report/ledger-text.ts';
import { ocsfOf } from '../../report/ocsf.ts';
import { exportLine } from '../../store/export.ts';
import { VERSION } from '../../version.ts';
import type { LedgerIo, Options } from './options.ts';
import { chosen } from './store.ts';

/** `ledger export`: one line of JSON for each entry. */
export async function exportEntries(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
  const { format, withNames } = options;
  for (const installation of await chosen(store, options.installation)) {
    for await (const event of between(store.ledger.events(installation), options)) {
      const told = withNames ? event : { ...event, names: { requester: null, actor: null } };
      io.stdout(`${format === 'ocsf' ? JSON.stringify(ocsfOf(told, VERSION)) : exportLine(told, withNames)}\n`);
    }
  }
  return 0;
}

/** `ledger show`: entries or statistics, for people. */
export async function show(store: OperatedStore, options: Options, io: LedgerIo): Promise<number> {
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

async function* between(events: AsyncIterable<LedgerEvent>, options: Options): AsyncIterable<LedgerEvent> {
  for await (const event of events) {
    const at = Date.parse(event.body.at);
    if (at >= options.since && at < options.until) yield event;
  }
}
