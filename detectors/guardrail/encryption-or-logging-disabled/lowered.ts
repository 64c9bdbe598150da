import type { Setting } from '../support/settings.ts';

/** A setting that both sides have and that says less in the head. */
export interface Lowered {
  readonly before: Setting;
  readonly after: Setting;
  readonly shape: string;
  readonly what: string;
}

const RETENTION =
  /^(?:retention(?:indays|period|days|inperiod)?|backupretention(?:period|days)?|logretention(?:days)?|snapshotretentionlimit|automatedsnapshotretentionperiod|softdeleteretentiondays|transactionlogretentiondays|retainedbackups)$/;
const PROTOCOL = /^(?:protocol|listenerprotocol|originprotocolpolicy|backendprotocol|scheme)$/;
const ENCRYPTED = /^(?:https|tls|ssl|wss|https-only)$/i;
const PLAIN = /^(?:http|tcp|ws|http-only)$/i;

function place(setting: Setting): string {
  return `${setting.scope.name}|${setting.path.join('.')}.${setting.key}`;
}

function numberOf({ values: [value, ...others] }: Setting): number | null {
  return value !== undefined && others.length === 0 && /^\d+$/.test(value) ? Number(value) : null;
}

function judge(before: Setting, after: Setting): Pick<Lowered, 'shape' | 'what'> | null {
  if (RETENTION.test(before.key)) {
    const [was, is] = [numberOf(before), numberOf(after)];
    // Log groups keep for ever at 0 (CloudFormation and Terraform docs); backups at 0 are told as switched off.
    return was !== null && is !== null && is > 0 && is < was
      ? { shape: 'shorter', what: 'Logs or backups are kept for a shorter time' }
      : null;
  }
  const [was = '', is = ''] = [before.values[0], after.values[0]];
  // Instance metadata without a session token can be fetched through any forwarded request (AWS docs, IMDSv2).
  if (before.key === 'httptokens' && was === 'required' && is === 'optional')
    return { shape: 'metadata', what: 'Instance metadata is readable without a session token' };
  return PROTOCOL.test(before.key) && ENCRYPTED.test(was) && PLAIN.test(is)
    ? { shape: 'plain', what: 'The transport is no longer encrypted' }
    : null;
}

/** The settings of the configuration formats that were lowered; a program's have no lasting place to compare. */
export function loweredSettings(base: readonly Setting[], head: readonly Setting[]): readonly Lowered[] {
  const relevant = base.filter(
    ({ key, value }) => value !== null && (RETENTION.test(key) || PROTOCOL.test(key) || key === 'httptokens'),
  );
  if (relevant.length === 0) return [];
  const now = new Map(head.map((setting) => [place(setting), setting]));
  return relevant.flatMap((before) => {
    const after = now.get(place(before));
    const lowered = after === undefined ? null : judge(before, after);
    return after === undefined || lowered === null ? [] : [{ before, after, ...lowered }];
  });
}
