import type { LedgerEvent } from '../core/store.ts';

/** One entry as a line for a terminal: nothing in it can move the cursor or turn the text round. */
export function ledgerLine(event: LedgerEvent): string {
  const { body } = event;
  const where = `${body.repository}${body.pullRequest === null ? '' : `#${body.pullRequest}`}`;
  const parts = [
    String(event.sequence).padStart(6),
    body.at,
    body.type.padEnd(16),
    where,
    body.reportCode ?? '-',
    actorName(event) ?? '-',
  ];
  const reason = body.reason === null ? '' : `  "${body.reason}"`;
  return plain(parts.join('  ') + reason);
}

/** What one person did, as far as the ledger names them. Durations in milliseconds. */
export interface SignerStats {
  /** Login where it is known, else the salted hash. */
  readonly signer: string;
  readonly signOffs: number;
  /** From the first entry of the report to the sign-off; null where no report was found. */
  readonly medianMs: number | null;
  readonly fastestMs: number | null;
  /** Later refused by another person, or taken back. */
  readonly overturned: number;
  readonly refusals: number;
}

interface SignOffSeen {
  readonly who: string;
  readonly id: string | null;
  readonly digests: ReadonlySet<string>;
  overturned: boolean;
}

/** Reads a chain once, in order, and counts for each signer. */
export async function signerStats(events: AsyncIterable<LedgerEvent>): Promise<readonly SignerStats[]> {
  const reports = new Map<string, number>();
  const people = new Map<string, { name: string; waits: (number | null)[]; refusals: number }>();
  const signOffs: SignOffSeen[] = [];
  /** By pull request: what may still be overturned there. */
  const standing = new Map<string, SignOffSeen[]>();
  for await (const event of events) {
    const { body } = event;
    const where = `${body.repository}#${body.pullRequest}`;
    const report = `${where} ${body.reportCode}`;
    const at = Date.parse(body.at);
    if (body.type === 'review' && !reports.has(report)) reports.set(report, at);
    const who = body.actor?.id ?? null;
    if (who === null) continue;
    const signOffId = idOf(body.details['signOffId'] ?? body.details['signOff']);
    if (body.type === 'sign-off') {
      const person = personOf(who, event);
      const since = reports.get(report);
      person.waits.push(since === undefined ? null : Math.max(0, at - since));
      const seen = { who, id: signOffId, digests: new Set(body.evidenceDigests), overturned: false };
      signOffs.push(seen);
      standing.set(where, [...(standing.get(where) ?? []), seen]);
    }
    if (body.type === 'refusal') personOf(who, event).refusals += 1;
    for (const signOff of standing.get(where) ?? []) {
      const refused =
        body.type === 'refusal' &&
        signOff.who !== who &&
        body.evidenceDigests.some((digest) => signOff.digests.has(digest));
      const takenBack = body.type === 'revocation' && signOffId !== null && signOff.id === signOffId;
      if (refused || takenBack) signOff.overturned = true;
    }
  }
  return [...people]
    .map(([who, { name, waits, refusals }]) => {
      const known = waits.filter((wait) => wait !== null).sort((a, b) => a - b);
      return {
        signer: name,
        signOffs: waits.length,
        medianMs: known.length === 0 ? null : (known[Math.floor((known.length - 1) / 2)] ?? null),
        fastestMs: known[0] ?? null,
        overturned: signOffs.filter((signOff) => signOff.who === who && signOff.overturned).length,
        refusals,
      };
    })
    .sort((a, b) => b.signOffs - a.signOffs || a.signer.localeCompare(b.signer));

  function personOf(who: string, event: LedgerEvent) {
    const known = people.get(who) ?? { name: who, waits: [], refusals: 0 };
    people.set(who, known);
    // A login may change; the newest is the one people know.
    known.name = actorName(event) ?? known.name;
    return known;
  }
}

/** What people made of one rule's findings. */
export interface RuleStats {
  readonly rule: string;
  readonly signed: number;
  readonly refused: number;
  /** Reported as a false alarm with `wrong`. */
  readonly wrong: number;
}

/** Reads a chain once and counts for each rule: signed, refused, reported as a false alarm. Most false alarms first. */
export async function ruleStats(events: AsyncIterable<LedgerEvent>): Promise<readonly RuleStats[]> {
  const counts = new Map<string, { signed: number; refused: number; wrong: number }>();
  for await (const { body } of events) {
    const wrong = body.type === 'command' && body.details['verb'] === 'wrong';
    const column = body.type === 'sign-off' ? 'signed' : body.type === 'refusal' ? 'refused' : wrong ? 'wrong' : null;
    const rules = body.details['rules'];
    if (column === null || !Array.isArray(rules)) continue;
    for (const rule of new Set(rules)) {
      if (typeof rule !== 'string') continue;
      const of = counts.get(rule) ?? { signed: 0, refused: 0, wrong: 0 };
      of[column] += 1;
      counts.set(rule, of);
    }
  }
  return [...counts]
    .map(([rule, of]) => ({ rule, ...of }))
    .sort((a, b) => b.wrong - a.wrong || b.signed - a.signed || (a.rule < b.rule ? -1 : 1));
}

/** A table of them for a terminal. */
export function ruleTable(stats: readonly RuleStats[]): string {
  return table(
    ['rule', 'signed', 'refused', 'reported wrong'],
    stats.map((each) => [plain(each.rule), String(each.signed), String(each.refused), String(each.wrong)]),
  );
}

/** A table of them for a terminal. */
export function statsTable(stats: readonly SignerStats[]): string {
  const header = ['signer', 'sign-offs', 'median', 'fastest', 'overturned', 'refusals'];
  const rows = stats.map((each) => [
    plain(each.signer),
    String(each.signOffs),
    duration(each.medianMs),
    duration(each.fastestMs),
    String(each.overturned),
    String(each.refusals),
  ]);
  return table(header, rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

function actorName(event: LedgerEvent): string | null {
  if (event.body.actor === null) return null;
  return event.names.actor?.login ?? event.names.actor?.id ?? `(${event.body.actor.id.slice(0, 12)})`;
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Control, format and line-breaking characters written out: `\u{202e}`. */
function plain(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
