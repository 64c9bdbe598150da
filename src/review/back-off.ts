/** Seconds between tries: quickly at first, since most outages are short, then every five minutes for as long as it takes. */
const BACK_OFF_SECONDS = [5, 15, 30, 60, 120, 300] as const;

/** Milliseconds until the try after this one (0 for the first); never less than the other side asked for. */
export function backOffMs(attempt: number, askedMs: number | null): number {
  const seconds = BACK_OFF_SECONDS[Math.min(attempt, BACK_OFF_SECONDS.length - 1)] ?? 300;
  return Math.max(seconds * 1000, askedMs ?? 0);
}
