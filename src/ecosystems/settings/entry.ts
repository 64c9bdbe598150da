import type { DependencyEntry, PackageType } from '../../core/dependency.ts';
import type { Location } from '../../core/location.ts';

/** A place that says where packages of a type come from, or that switches off a check of it. */
export interface Setting {
  readonly type: PackageType;
  /** The setting as its tool calls it. */
  readonly name: string;
  readonly value: string;
  readonly location: Location;
  /** True where the value is no address but the end of a protection. */
  readonly isOff: boolean;
}

export function settingEntry({ type, name, value, location, isOff }: Setting): DependencyEntry {
  return {
    entry: 'manifest',
    type,
    name,
    range: value,
    location,
    scope: 'registry-setting',
    relationship: 'direct',
    source: 'url',
    ...(isOff ? {} : { resolvedUrl: value }),
  };
}
