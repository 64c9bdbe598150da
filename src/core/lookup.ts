import type { DependencyChange } from './dependency.ts';
import type { PackageEvidence } from './evidence.ts';

/** The port to the registries and advisory sources: evidence for each change, in the same order. Never throws for a source that is down. */
export interface EvidenceSource {
  gather(
    changes: readonly DependencyChange[],
    context: {
      /** Names in the base tree, as `type:name`: these are not new, and an absent one is "absent or private". */
      readonly baseNames: ReadonlySet<string>;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly PackageEvidence[]>;
}
