import { describe, expect, it } from 'vitest';
import { formatLedgerHead, type LedgerRow, type OperatedStore } from '../../../src/core/store.ts';
import { canonicalText, entryHash, GENESIS } from '../../../src/store/chain.ts';
import { REMOVED } from '../../../src/store/redact.ts';
import { chainBody, ledgerEntry } from '../support.ts';

/** The ledger, whatever the engine. `sql` runs a statement beside the store, as someone with the database's password can. */
export function ledgerCases(
  store: () => OperatedStore,
  sql: (text: string) => Promise<readonly Record<string, unknown>[]>,
): void {
  describe('ledger', () => {
    it('has a head after the first entry and none before', async () => {
      expect(await store().ledger.head(1)).toBeNull();
      expect(await store().ledger.verify(1, null)).toEqual({ state: 'empty' });
      const head = await store().ledger.append(1, ledgerEntry('a', {}));
      expect(head.sequence).toBe(1);
      expect(head.hash).toMatch(/^[0-9a-f]{64}$/);
      expect(await store().ledger.head(1)).toEqual(head);
      expect(await store().ledger.verify(1, null)).toEqual({ state: 'verified', head, anchored: false });
      expect(await store().ledger.verify(1, formatLedgerHead(head))).toEqual({
        state: 'verified',
        head,
        anchored: true,
      });
    });

    it('takes a text with half a character in it, as anybody can write it into a manifest', async () => {
      await store().ledger.append(77, ledgerEntry('half', { reason: 'x \ud800', details: { '\udc00': ['\ud801'] } }));
      expect(await store().ledger.verify(77, null)).toMatchObject({ state: 'verified' });
    });

    it('appends an event once, however often it is told', async () => {
      const heads = await Promise.all(
        Array.from({ length: 10 }, () => store().ledger.append(2, ledgerEntry('same', {}))),
      );
      expect(new Set(heads.map(formatLedgerHead)).size).toBe(1);
      const later = await store().ledger.append(2, ledgerEntry('other', {}));
      expect(await store().ledger.append(2, ledgerEntry('same', { reason: 'another text' }))).toEqual(later);
      expect(later.sequence).toBe(2);
    });

    it('keeps one unbroken chain for each installation when many append at once', async () => {
      await Promise.all(
        Array.from({ length: 60 }, (_, at) =>
          store().ledger.append(3 + (at % 2), ledgerEntry(`e${at}`, { pullRequest: at })),
        ),
      );
      for (const installation of [3, 4]) {
        const check = await store().ledger.verify(installation, null);
        expect(check).toMatchObject({ state: 'verified', head: { sequence: 30 } });
      }
      expect(await store().ledger.installations()).toEqual(expect.arrayContaining([3, 4]));
    });

    it('refuses UPDATE, DELETE and TRUNCATE in the database itself', async () => {
      await store().ledger.append(5, ledgerEntry('kept', {}));
      const head = await store().ledger.head(5);
      for (const text of [
        `UPDATE countersign.ledger SET body = body`,
        `DELETE FROM countersign.ledger`,
        `TRUNCATE countersign.ledger`,
        `INSERT INTO countersign.ledger SELECT * FROM countersign.ledger ON CONFLICT (installation_id, sequence) DO UPDATE SET body = 'x'`,
      ]) {
        await expect(sql(text), text).rejects.toThrow(/append-only/);
      }
      expect(await store().ledger.verify(5, head?.hash ?? '')).toMatchObject({ state: 'verified', anchored: true });
    });

    it('puts ids and logins into the chain only as salted hashes, and can forget a person without breaking it', async () => {
      await store().ledger.append(
        6,
        ledgerEntry('one', { requester: 'Zoe', actor: { id: 471108150815, login: 'grace-h' } }),
      );
      const head = await store().ledger.append(
        6,
        ledgerEntry('two', { requester: 'GRACE-H', actor: { id: 471108150815, login: 'Grace-H' } }),
      );
      const bodies = (await sql(`SELECT body FROM countersign.ledger WHERE installation_id = 6 ORDER BY sequence`)).map(
        (row) => String(row['body']),
      );
      expect(bodies.join()).not.toMatch(/471108150815|grace|zoe/i);
      const actors = bodies.map((body) => JSON.parse(body).actor.id);
      expect(actors[0]).toBe(actors[1]);
      expect((await store().ledger.people(6)).get(actors[0])).toBe('471108150815');
      expect(new Set((await store().ledger.people(6)).values())).toEqual(
        new Set(['471108150815', 'grace-h', 'Grace-H', 'GRACE-H', 'Zoe']),
      );

      expect(await store().ledger.forget({ accountId: null, login: null })).toBe(0);
      expect(await store().ledger.forget({ accountId: 471108150815, login: null })).toBe(4);
      expect([...(await store().ledger.people(6)).values()]).toEqual(['Zoe']);
      expect(await store().ledger.forget({ accountId: null, login: 'ZOE' })).toBe(1);
      expect(await store().ledger.verify(6, head.hash)).toMatchObject({ state: 'verified', anchored: true });

      await store().ledger.append(
        6,
        ledgerEntry('three', { requester: null, actor: { id: 471108150815, login: 'grace-h' } }),
      );
      const again = (await sql(`SELECT body FROM countersign.ledger WHERE installation_id = 6 AND sequence = 3`))[0]?.[
        'body'
      ];
      expect(JSON.parse(String(again)).actor.id, 'a new salt: nobody can link what was forgotten').not.toBe(actors[0]);
    });

    it('does not name a person whose row was edited to name someone else', async () => {
      await store().ledger.append(7, ledgerEntry('x', { requester: null, actor: { id: 1, login: 'mallory' } }));
      await sql(`UPDATE countersign.ledger_people SET value = 'alice' WHERE installation_id = 7 AND value = 'mallory'`);
      expect([...(await store().ledger.people(7)).values()]).toEqual(['1']);
    });

    it('keeps secrets out of reasons and details, and takes texts that JSON can hardly carry', async () => {
      const token = `ghp_${'a1B2'.repeat(9)}`;
      const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----';
      await store().ledger.append(
        8,
        ledgerEntry('s\u0000\ud800', {
          reason: `use ${token} at https://bot:hunter2@git.example/x`,
          details: { nested: [{ note: `NUL \u0000, lone \udfff, ${key}` }], [token]: 1 },
        }),
      );
      const check = await store().ledger.verify(8, null);
      expect(check).toMatchObject({ state: 'verified', head: { sequence: 1 } });
      const [row] = await all(store().ledger.entries(8));
      const text = JSON.stringify(row?.body);
      expect(text).not.toContain(token);
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain('b3BlbnNzaC1rZXk');
      expect(text).toContain(REMOVED);
      expect(text).toContain('git.example/x');
    });

    it('streams more entries than one page holds, in order, each naming the one before', async () => {
      let previous = GENESIS;
      const values = Array.from({ length: 1_100 }, (_, at) => {
        const body = canonicalText({ ...chainBody(9, at + 1) });
        const hash = entryHash(previous, body);
        const row = `(9, ${at + 1}, '${hash}', '${previous}', 'e${at + 1}', '${body}')`;
        previous = hash;
        return row;
      });
      await sql(
        `INSERT INTO countersign.ledger (installation_id, sequence, hash, previous_hash, effect_key, body) VALUES ${values.join(',')}`,
      );
      const rows = await all(store().ledger.entries(9));
      expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 1_100 }, (_, at) => at + 1));
      expect(rows.map((row) => row.previousHash)).toEqual([GENESIS, ...rows.slice(0, -1).map((row) => row.hash)]);
      expect(await store().ledger.verify(9, previous)).toMatchObject({ state: 'verified', anchored: true });
    });

    it('finds what was changed behind the triggers', async () => {
      for (let at = 1; at <= 5; at++) await store().ledger.append(10, ledgerEntry(`t${at}`, {}));
      const head = (await store().ledger.head(10)) ?? { sequence: 0, hash: '' };
      const anchor = formatLedgerHead(head);
      const behind = async (text: string) => {
        await sql(`ALTER TABLE countersign.ledger DISABLE TRIGGER ALL`);
        await sql(text);
        await sql(`ALTER TABLE countersign.ledger ENABLE TRIGGER ALL`);
      };
      await behind(`DELETE FROM countersign.ledger WHERE installation_id = 10 AND sequence = 5`);
      expect(await store().ledger.verify(10, null)).toMatchObject({ state: 'verified', anchored: false });
      expect(await store().ledger.verify(10, anchor)).toMatchObject({ state: 'broken', sequence: 5 });
      await behind(`UPDATE countersign.ledger SET effect_key = 'free' WHERE installation_id = 10 AND sequence = 3`);
      expect(await store().ledger.verify(10, null)).toMatchObject({ state: 'broken', sequence: 3 });
      await behind(`DELETE FROM countersign.ledger WHERE installation_id = 10 AND sequence = 2`);
      expect(await store().ledger.verify(10, null)).toMatchObject({ state: 'broken', sequence: 2 });
      await behind(`DELETE FROM countersign.ledger WHERE installation_id = 10`);
      expect(await store().ledger.verify(10, anchor)).toMatchObject({ state: 'broken', sequence: 1 });
    });
  });
}

async function all(entries: AsyncIterable<LedgerRow>): Promise<readonly LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for await (const row of entries) rows.push(row);
  return rows;
}
