/** UTF-16 code units of the largest lockfile that is read: ten times the largest one known. */
export const LARGEST_LOCK = 64_000_000;

/** SRI lists are sets (W3C SRI, section 3.3): sorted, so that a reordering is no change. */
export function sriOf(integrity: string): string {
  return integrity.includes(' ') ? [...new Set(integrity.trim().split(/\s+/))].sort().join(' ') : integrity;
}
