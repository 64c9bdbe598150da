import { z } from 'zod';
import { digestOf } from '../core/digest.ts';
import type { PackageEvidence, Provenance, VersionEvidence } from '../core/evidence.ts';
import { type Fact, known, knownValue, mapFact, unavailable } from '../core/fact.ts';
import type { Given, Registry, RegistryKey, VersionRecord } from '../core/lookup.ts';
import { verifyAttestation } from './attestation.ts';
import type { EvidenceCache } from './cache.ts';
import type { Gate } from './gate.ts';
import { checkSignatures } from './signatures.ts';
import type { TrustSource } from './trust.ts';

export interface ProofSettings {
  /** Null: attestations are listed and not checked. */
  readonly trust: TrustSource | null;
  /** Keys from the operator, in place of those that the registry publishes. */
  readonly keys: readonly RegistryKey[] | null;
  readonly cache: EvidenceCache | null;
  readonly now: () => number;
}

export interface ProofSubject {
  readonly registry: Registry;
  readonly base: string | null;
  readonly name: string;
  readonly record: VersionRecord | undefined;
  readonly gate: Gate;
  readonly signal: AbortSignal;
}

/** Evidence whose resolved version carries what its signatures and attestations are worth. */
export type Prove = (evidence: PackageEvidence, subject: ProofSubject) => Promise<PackageEvidence>;

/** Keys of a registry change about once a year. */
const KEYS_KEPT_MS = 24 * 3_600_000;
/** A checked attestation stays what it is; it is checked again for the sake of roots that are withdrawn. */
const CHECKED_KEPT_MS = 7 * 24 * 3_600_000;

const keptSchema = z.object({
  state: z.enum(['verified', 'invalid']),
  sourceRepository: z.string().exactOptional(),
  reason: z.string().exactOptional(),
});

/** Checks signatures and attestations of resolved versions; the keys of a registry are asked once a day. */
export function createProofs(settings: ProofSettings): Prove {
  const keysOf = new Map<string, { readonly given: Promise<Given<readonly RegistryKey[]>>; until: number }>();
  const checked = new Map<string, Provenance>();

  return async (evidence, subject) => {
    const version = knownValue(evidence.resolvedVersion);
    if (version === undefined || subject.record === undefined) return evidence;
    const [signature, provenance] = await Promise.all([
      signatureOf(version, evidence.source, subject),
      provenanceOf(version, evidence, subject),
    ]);
    if (signature === version.signature && provenance === version.provenance) return evidence;
    const integrity: Fact<string> =
      signature.state === 'known' && signature.value.state === 'invalid'
        ? unavailable(evidence.source, 'the signature over it is not the registry’s', false)
        : version.integrity;
    return {
      ...evidence,
      resolvedVersion: mapFact(evidence.resolvedVersion, (each) => ({ ...each, signature, provenance, integrity })),
    };
  };

  async function signatureOf(
    version: VersionEvidence,
    source: string,
    subject: ProofSubject,
  ): Promise<VersionEvidence['signature']> {
    const { record, name } = subject;
    if (!record?.signatures || record.signatures.length === 0 || record.signed === undefined) return version.signature;
    const keys: Given<readonly RegistryKey[]> =
      settings.keys === null ? await registryKeys(subject) : { state: 'given', value: settings.keys };
    if (keys.state === 'absent') return unavailable(source, 'the registry publishes no keys', false);
    if (keys.state === 'unavailable') return unavailable(source, `its keys: ${keys.reason}`, keys.transient);
    const observedAt = new Date(settings.now()).toISOString();
    return checkSignatures({ name, version: version.version, record }, keys.value, { source, observedAt });
  }

  function registryKeys({ registry, base, gate, signal }: ProofSubject): Promise<Given<readonly RegistryKey[]>> {
    const { keys } = registry;
    if (keys === undefined) return Promise.resolve({ state: 'absent' });
    const place = `${registry.type} ${base}`;
    const kept = keysOf.get(place);
    if (kept !== undefined && settings.now() < kept.until) return kept.given;
    const asked = gate.ask(() => keys(base, signal), signal);
    const entry = { given: asked, until: settings.now() + KEYS_KEPT_MS };
    keysOf.set(place, entry);
    return asked.then((given) => {
      // Only what the registry answered is kept.
      if (given.state === 'unavailable') entry.until = 0;
      return given;
    });
  }

  async function provenanceOf(
    version: VersionEvidence,
    evidence: PackageEvidence,
    subject: ProofSubject,
  ): Promise<VersionEvidence['provenance']> {
    const { record } = subject;
    const { attestations } = subject.registry;
    const integrity = knownValue(version.integrity);
    if (version.provenance.state !== 'known' || attestations === undefined) return version.provenance;
    if (record === undefined || integrity === undefined) return version.provenance;
    if (settings.trust === null) return because(version.provenance, 'nobody is asked to check it');
    const key = `attested:${digestOf({ type: evidence.type, source: evidence.source, name: subject.name, version: version.version, integrity })}`;
    const kept = checked.get(key) ?? (await fromCache(key));
    if (kept !== null) return known(kept, evidence.source, new Date(settings.now()).toISOString());
    const given = await subject.gate.ask(
      () =>
        attestations({
          name: subject.name,
          version: version.version,
          record,
          registry: subject.base,
          signal: subject.signal,
        }),
      subject.signal,
    );
    if (given.state === 'unavailable') return because(version.provenance, `its attestations: ${given.reason}`);
    if (given.state === 'absent' || given.value.length === 0)
      return because(version.provenance, 'the source lists attestations and has none');
    const trust = await settings.trust();
    if (trust.state === 'unavailable') return because(version.provenance, trust.reason);
    const results = given.value.map((each) => verifyAttestation(each, trust.material));
    const result = results.find((each) => each.state === 'verified') ?? results[0];
    if (result === undefined) return version.provenance;
    checked.set(key, result);
    await settings.cache?.cache(key, { ...result }, new Date(settings.now() + CHECKED_KEPT_MS).toISOString());
    return known(result, evidence.source, new Date(settings.now()).toISOString());
  }

  async function fromCache(key: string): Promise<Provenance | null> {
    const parsed = keptSchema.safeParse(await settings.cache?.cached(key));
    return parsed.success ? parsed.data : null;
  }
}

/** Listed and not checked: never more than that. */
function because(provenance: Fact<Provenance>, reason: string): Fact<Provenance> {
  return mapFact(provenance, () => ({ state: 'present', reason }));
}
