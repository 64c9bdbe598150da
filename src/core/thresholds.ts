/** Numbers that policy can set; the defaults are each rule's, stated and sourced in its README. */
export interface Thresholds {
  /** A name younger than this is an error. Days. */
  readonly packageTooNewErrorDays: number;
  /** A name younger than this is a warning. Days. */
  readonly packageTooNewWarningDays: number;
  /** A version younger than this is told. Days. */
  readonly versionTooNewDays: number;
  /** Fewer weekly downloads than this is not proof of use. */
  readonly fewWeeklyDownloads: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  packageTooNewErrorDays: 14,
  packageTooNewWarningDays: 60,
  versionTooNewDays: 2,
  fewWeeklyDownloads: 1000,
};
