/** The required check, on the default branch. No other base ever gets a run of this name. */
export const CHECK_NAME = 'countersign';

/**
 * The check run's name for a base branch: a green on a side branch must never count for the default branch.
 * `guarded` are the branches that the default branch's policy lists beside it.
 */
export function checkName(
  baseRef: string,
  defaultBranch: string,
  guarded: readonly string[],
  mode: 'enforce' | 'observe',
): string {
  if (mode === 'observe') return `${CHECK_NAME} / observe`;
  if (baseRef === defaultBranch) return CHECK_NAME;
  return guarded.includes(baseRef) ? `${CHECK_NAME} (${baseRef})` : `${CHECK_NAME} / other base`;
}
