import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, checkChain, entryHash, GENESIS, parseAnchor, type StoredEntry } from '../../src/store/chain.ts';
import { chainBody } from './support.ts';

const INSTALLATION = 11;

function chain(length: number, key: KeyObject | null): readonly StoredEntry[] {
  let previousHash = GENESIS;
  return Array.from({ length }, (_, at) => {
    const sequence = at + 1;
    const body = canonicalText({
      ...chainBody(INSTALLATION, sequence),
      reason: `because ü ${sequence}`,
      details: { b: 1, a: [true] },
    });
    const hash = entryHash(previousHash, body);
    const text = `countersign ledger head\n${INSTALLATION}\n${sequence}\n${hash}\n`;
    const signature = key === null ? null : sign(null, Buffer.from(text), key).toString('base64');
    const entry = {
      installationId: INSTALLATION,
      sequence,
      hash,
      previousHash,
      effectKey: `e${sequence}`,
      body,
      signature,
    };
    previousHash = hash;
    return entry;
  });
}

function check(entries: readonly StoredEntry[], expectHead: string | null, publicKeys: readonly KeyObject[]) {
  return checkChain(entries, {
    installationId: INSTALLATION,
    expectHeads: expectHead === null ? [] : [expectHead],
    publicKeys,
  });
}

function headOf(entries: readonly StoredEntry[]): string {
  const last = entries.at(-1);
  return `${last?.sequence ?? 0}:${last?.hash ?? GENESIS}`;
}

const FIELDS = ['body', 'hash', 'previousHash', 'effectKey'] as const;

describe('the hash chain', () => {
  it('hashes the previous hash, a line feed and the canonical body', () => {
    // printf '%064d\n{}' 0 | sha256sum
    expect(entryHash(GENESIS, '{}')).toBe('5649d09ed68c17156095d175eef152856c5b1a81c117c409c1e00f096aa6838e');
    expect(canonicalText({ b: 1, a: '\u20ac', c: [1e21, 0.5] })).toBe('{"a":"€","b":1,"c":[1e+21,0.5]}');
  });

  it('is verified as written, and anchored by any head it ever had', async () => {
    const entries = chain(7, null);
    expect(await check(entries, null, [])).toEqual({
      state: 'verified',
      head: { sequence: 7, hash: entries[6]?.hash },
      anchoredAt: null,
      signed: 0,
    });
    for (const entry of entries) {
      expect(await check(entries, entry.hash, [])).toMatchObject({ state: 'verified', anchoredAt: entry.sequence });
      expect(await check(entries, `${entry.sequence}:${entry.hash.toUpperCase()}`, [])).toMatchObject({
        anchoredAt: entry.sequence,
      });
    }
  });

  it('shows any single changed byte against its anchor, at the entry where it is', async () => {
    const entries = chain(6, null);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(entries.length - 1),
        fc.constantFrom(...FIELDS),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (at, field, position, flip) => {
          const entry = entries[at];
          const text = entry?.[field] ?? '';
          const bytes = Buffer.from(text, 'utf8');
          const place = position % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ flip;
          const changed = bytes.toString('utf8');
          fc.pre(changed !== text);
          const tampered = entries.map((other, index) => (index === at ? { ...other, [field]: changed } : other));
          const result = await check(tampered, headOf(entries), []);
          expect(result).toMatchObject({ state: 'broken', sequence: at + 1 });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('shows any missing, doubled or exchanged entry against its anchor', async () => {
    const entries = chain(8, null);
    await fc.assert(
      fc.asyncProperty(fc.nat(7), fc.integer({ min: 1, max: 8 }), async (from, count) => {
        const rest = entries.filter((_, index) => index < from || index >= from + count);
        expect(await check(rest, headOf(entries), [])).toMatchObject({ state: 'broken', sequence: from + 1 });
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(7), fc.nat(7), async (from, to) => {
        fc.pre(from !== to);
        const moved = [...entries];
        const [entry] = moved.splice(from, 1);
        if (entry !== undefined) moved.splice(to, 0, entry);
        expect(await check(moved, headOf(entries), [])).toMatchObject({
          state: 'broken',
          sequence: Math.min(from, to) + 1,
        });
      }),
    );
    const doubled = [...entries.slice(0, 3), ...entries.slice(2)];
    expect(await check(doubled, headOf(entries), [])).toMatchObject({ state: 'broken', sequence: 4 });
  });

  it('does not see a cut-off end without an anchor, and says which entry is the last one covered', async () => {
    const entries = chain(5, null);
    expect(await check(entries.slice(0, 3), null, [])).toMatchObject({ state: 'verified', anchoredAt: null });
    expect(await check(entries.slice(0, 3), entries[1]?.hash ?? '', [])).toMatchObject({
      state: 'verified',
      anchoredAt: 2,
    });
    expect(await check(entries.slice(0, 3), headOf(entries), [])).toMatchObject({ state: 'broken', sequence: 4 });
    expect(await check([], headOf(entries), [])).toMatchObject({ state: 'broken', sequence: 1 });
    expect(await check([], null, [])).toEqual({ state: 'empty' });
  });

  it('shows a chain that was written anew from some entry on, against any later anchor', async () => {
    const entries = chain(6, null);
    let previousHash = entries[2]?.hash ?? '';
    const forged = entries.map((entry, index) => {
      if (index < 3) return entry;
      const body = canonicalText({ ...chainBody(INSTALLATION, entry.sequence), reason: 'approved by all' });
      const next = { ...entry, body, previousHash, hash: entryHash(previousHash, body) };
      previousHash = next.hash;
      return next;
    });
    expect(await check(forged, null, [])).toMatchObject({ state: 'verified' });
    for (const anchor of entries.slice(3)) {
      expect(await check(forged, `${anchor.sequence}:${anchor.hash}`, [])).toMatchObject({
        state: 'broken',
        sequence: anchor.sequence,
      });
      expect(await check(forged, anchor.hash, [])).toMatchObject({ state: 'broken', sequence: 7 });
    }
  });

  it('does not take another installation for its own', async () => {
    const entries = chain(2, null).map((entry) => ({ ...entry, installationId: 12 }));
    expect(await checkChain(entries, { installationId: 12, expectHeads: [], publicKeys: [] })).toMatchObject({
      state: 'broken',
      sequence: 1,
    });
    expect(await check(entries, null, [])).toMatchObject({ state: 'broken', sequence: 1 });
  });

  it('takes nothing but a head as an anchor', () => {
    for (const text of [
      '',
      'abc',
      '0:'.padEnd(66, 'a'),
      `1;${'a'.repeat(64)}`,
      'a'.repeat(63),
      `-1:${'a'.repeat(64)}`,
    ]) {
      expect(() => parseAnchor(text), text).toThrow(/copy it from a check run/);
    }
    expect(parseAnchor(` 3:${'A'.repeat(64)}\n`)).toEqual({ sequence: 3, hash: 'a'.repeat(64) });
  });
});

describe('signed heads', () => {
  const keys = generateKeyPairSync('ed25519');
  const others = generateKeyPairSync('ed25519');

  it('are checked where a public key is given', async () => {
    const entries = chain(4, keys.privateKey);
    expect(await check(entries, null, [keys.publicKey])).toMatchObject({ state: 'verified', signed: 4 });
    expect(await check(entries, null, [others.publicKey])).toMatchObject({ state: 'broken', sequence: 1 });
    expect(await check(entries, null, [others.publicKey, keys.publicKey])).toMatchObject({
      state: 'verified',
      signed: 4,
    });
  });

  it('let signing begin later, and show an entry that someone without the key wrote', async () => {
    const signed = chain(4, keys.privateKey);
    const begun = signed.map((entry, at) => (at < 2 ? { ...entry, signature: null } : entry));
    expect(await check(begun, null, [keys.publicKey])).toMatchObject({ state: 'verified', signed: 2 });
    const forged = signed.map((entry, at) => (at === 3 ? { ...entry, signature: null } : entry));
    expect(await check(forged, null, [keys.publicKey])).toMatchObject({ state: 'broken', sequence: 4 });
    expect(await check(chain(4, null), null, [keys.publicKey])).toMatchObject({ state: 'broken', sequence: 4 });
    const borrowed = signed.map((entry, at) =>
      at === 3 ? { ...entry, signature: signed[2]?.signature ?? null } : entry,
    );
    expect(await check(borrowed, null, [keys.publicKey])).toMatchObject({ state: 'broken', sequence: 4 });
  });

  it('show any changed byte of a signature', async () => {
    const entries = chain(2, keys.privateKey);
    const text = entries[1]?.signature ?? '';
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...'AbZ09+/=-'), async (at, letter) => {
        fc.pre(text[at] !== letter);
        const signature = text.slice(0, at) + letter + text.slice(at + 1);
        const tampered = entries.map((entry, index) => (index === 1 ? { ...entry, signature } : entry));
        expect(await check(tampered, null, [keys.publicKey])).toMatchObject({ state: 'broken', sequence: 2 });
      }),
    );
  });
});
