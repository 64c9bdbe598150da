import type { InspectionRequest } from '../../src/core/inspection.ts';

/** A request to read files as if all of each were new, by nobody in particular. */
export function wholeFiles(files: readonly { readonly path: string; readonly text: string }[]): InspectionRequest {
  return {
    files: files.map(({ path, text }) => ({ path, before: null, after: { path, text, blob: path, mode: '100644' } })),
    commitFiles: [],
    pullRequest: null,
    scope: 'all',
    context: {
      changedPaths: [],
      removedPaths: [],
      attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
      firstCommit: false,
      fixturePaths: [],
    },
  };
}
