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
  /** A package older than this is long known: install scripts and few versions say nothing of it. Days. */
  readonly establishedDays: number;
  /** Fewer versions than this is not proof of use. */
  readonly fewVersions: number;
  /** An account of which nothing older than this is known is a new one. Days. */
  readonly newPublisherDays: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  packageTooNewErrorDays: 14,
  packageTooNewWarningDays: 60,
  versionTooNewDays: 2,
  fewWeeklyDownloads: 1000,
  establishedDays: 365,
  fewVersions: 3,
  newPublisherDays: 60,
};
