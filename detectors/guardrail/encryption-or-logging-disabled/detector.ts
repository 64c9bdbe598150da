import type { Answer } from '../../../src/core/detection.ts';
import { answerOf } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { addedLines } from '../support/added.ts';
import { isOff, isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { judgeLoosening, judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { formatOf, linesOf } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { mayBeInfrastructure, resourcesOf, type Setting, settingsOf } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { isFalse } from '../support/tree.ts';
import { loweredSettings } from './lowered.ts';

const RULE = guardrailRule('encryption-or-logging-disabled', {
  shortDescription: 'Encryption, logging, versioning, backup or deletion protection is switched off',
  help: 'These settings cost little and are missed on the worst day: when a disk is copied, when somebody asks who did it, when a table is dropped. Keep them on; where one has to go, say why in a change of its own.',
  level: 'error',
  confidence: 'medium',
  cwe: [311, 778, 693],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Switch it back on, or give the reason in a change of its own.';

/** Keys of protections: false switches one off. */
const PROTECTIONS =
  /^(?:(?:storage|kms|disk|volume|atrest|intransit|transit|ebs|root|rest|cluster|infrastructure|cache(?:data)?|s3)?encrypt(?:ed|ion)(?:atrest|intransit|enabled|athost)?|(?:at|in)(?:rest|transit)encryptionenabled|(?:at)?restencryptionenabled|enable(?:disk|storage)?encryption|encryptionathostenabled|encryptionsupported|enableencryption\w*|sseenabled|serversideencryptionenabled|enablekeyrotation|enablelogging|(?:access|audit|query|flow|general|slow)?logg?ingenabled|logging|enableaccesslogs?|accesslogsenabled|enable(?:audit|query|flow)\w*logs?|auditlogs?enabled|enablelogfilevalidation|enableflowlogs?|enablevpcflowlogs|deletionprotection(?:enabled)?|enabledeletionprotection|deletionpolicyprotection|terminationprotection|disableapitermination|preventdestroy|pointintimerecovery(?:enabled|specification)?|enablepointintimerecovery|purgeprotectionenabled|enablepurgeprotection|enablesoftdelete|softdeleteenabled|sslenforcement(?:enabled)?|requiressl|enforcessl|forcessl|enablehttpstrafficonly|httpstrafficonlyenabled|supportshttpstrafficonly|httpsonly|sslenabled|tlsenabled|enforcehttps|nodetonodeencryption|versioned|versioning|versioningenabled|objectversioning|enableversioning|(?:automated)?backups?enabled|backupenabled|enablebackup|binarylogenabled|actionsenabled|detailedmonitoring|containerinsights|enablecloudtrail|includemanagementevents|includeglobalserviceevents|enabledataencryption|istrailenabled|islogging|threatdetectionenabled|enablethreatdetection|auditingenabled|enableauditlog|userencryption)$/;
/** Parents under which a bare `enabled` means the same. */
const PROTECTED_PARENT =
  /encrypt|logging|accesslogs?$|auditlog|versioning|pointintimerecovery|backup|flowlogs?|monitoring|auditing|kmskey|threatdetection|serversideencryption|atrest|alarm|guardduty|cloudtrail|logdelivery|macie|configurationrecorder/;
/** Any other key of the configuration formats that speaks of encryption or logging, unless it says the opposite. */
const SPEAKS =
  /^(?!(?:disable|skip|no|without|bypass|allowun|exclude))\w*(?:encrypt(?:ed|ion)|loggingenabled|logsenabled|sseenabled|scanonpush)\w*$/;
const WEAK_PROTOCOL =
  /^(?:tls(?:v)?_?1(?:[_.]?[01])?(?:_201\d)?|sslv?[23]|tlsv1(?:\.[01])?|tls1_[01]|1\.[01]|elbsecuritypolicy-(?:2015-05|2016-08|tls-1-[01]-\S*))$/i;

function ofSetting(setting: Setting): Opinion | null {
  const { key, values, path } = setting;
  const [first = ''] = values;
  if (PROTECTIONS.test(key) && isOff(setting) && !(key === 'logging' && setting.value === null)) {
    if (
      setting.value === null &&
      !/bucket|database|db|table|cluster|volume|queue|topic|filesystem|trail|instance|key|domain|loadbalancer|stack|vault|account|repository|s3|rds|aws|azure|gcp/.test(
        setting.type,
      )
    )
      return null;
    return { shape: `off:${kindOf(key)}`, what: `A protection (${kindOf(key)}) is switched off` };
  }
  if (setting.value === null) return ofProgram(setting);
  if (SPEAKS.test(key) && isOff(setting))
    return { shape: `off:${kindOf(key)}`, what: `A protection (${kindOf(key)}) is switched off` };
  if (
    /^(?:enabled?|status|state)$/.test(key) &&
    PROTECTED_PARENT.test(path.at(-1) ?? (/^(?:aws|google|azurerm)/.test(setting.type) ? setting.type : ''))
  ) {
    if (isOff(setting) || /^(?:suspended)$/i.test(first))
      return {
        shape: `off:${kindOf(path.at(-1) ?? '')}`,
        what: `A protection (${kindOf(path.at(-1) ?? setting.type)}) is switched off`,
      };
    return null;
  }
  if (
    key === 'enabled' &&
    isOff(setting) &&
    /cloudtrail|guardduty|securityhub|macie|flowlog|metricalarm|scheduledquery/.test(setting.type)
  )
    return { shape: 'off:audit', what: 'A watch over the account is switched off' };
  if (
    /^(?:backupretentionperiod|backupretentiondays|snapshotretentionlimit|automatedsnapshotretentionperiod|preferredbackupretention|logretentiondays|retentioninperiod)$/.test(
      key,
    ) &&
    first === '0'
  )
    return { shape: 'off:backup', what: 'No backups or logs are kept' };
  if (
    /^(?:enabledclusterlogtypes|enabledcloudwatchlogsexports|enablecloudwatchlogsexports|loggingservice|monitoringservice)$/.test(
      key,
    ) &&
    (setting.value.kind === 'list' ? setting.value.items.length === 0 : /^none$|\/none$/i.test(first))
  )
    return { shape: 'off:logging', what: 'No logs are written' };
  if (
    /^(?:mintlsversion|minimumtlsversion|minimaltlsversion|tlsversion|sslpolicy|minimumprotocolversion|securitypolicy|tlssecuritypolicy)$/.test(
      key,
    ) &&
    WEAK_PROTOCOL.test(first)
  )
    return { shape: 'weak-protocol', what: 'An outdated protocol is accepted' };
  if (key === 'viewerprotocolpolicy' && /^allow-all$/i.test(first))
    return { shape: 'plain-transport', what: 'Plain transport is accepted' };
  if (
    /^(?:encryptiontype|encryptionmode|clientbroker|transitencryptionmode|encryption|encryptioninfo)$/.test(key) &&
    /^(?:none|plaintext|tls_plaintext|disabled|unencrypted|notencrypted)$/i.test(first)
  )
    return { shape: 'off:encryption', what: 'Encryption is switched off' };
  if (
    /^(?:insecureskiptlsverify|insecureskipverify|skiptlsverify|insecuretls|tlsskipverify|disabletls|allowinsecure|allowinsecureconnections|disablelogging|disableaudit)$/.test(
      key,
    ) &&
    isOn(setting)
  )
    return { shape: 'off:transport', what: 'A check of the transport, or a log, is switched off' };
  return null;
}

function kindOf(key: string): string {
  if (/encrypt|sse|kms|keyrotation/.test(key)) return 'encryption';
  if (/log|audit|trail|monitor|insight|flow|actionsenabled|alarm|guardduty|threat|recorder|include/.test(key))
    return 'logging';
  if (/version/.test(key)) return 'versioning';
  if (/backup|pointintime|binarylog/.test(key)) return 'backup';
  if (/ssl|https|tls/.test(key)) return 'transport';
  return 'deletion protection';
}

/** Calls of the clouds' own libraries that end a watch or a protection. */
const CALLS =
  /(?:^|[._])(?:stop_?logging(?:command)?|delete_?trail(?:command)?|delete_?detector(?:command)?|delete_?flow_?logs(?:command)?|delete_?bucket_?encryption(?:command)?|disable_?alarm_?actions(?:command)?|disable_?ebs_?encryption_?by_?default(?:command)?|disable_?security_?hub(?:command)?|stop_?configuration_?recorder(?:command)?|delete_?configuration_?recorder(?:command)?|disable_?key_?rotation(?:command)?|disable_?logging(?:command)?)\(\)$/i;

function ofProgram(setting: Setting): Opinion | null {
  if (CALLS.test(setting.key)) return { shape: 'call', what: 'A call that switches a protection off' };
  if (
    /^(?:encryption|tableencryption|viewerprotocolpolicy)$/.test(setting.key) &&
    setting.values.some((value) => /(?:UNENCRYPTED|\.ALLOW_ALL|EncryptionType\.NONE)$/.test(value))
  )
    return { shape: 'off:encryption', what: 'Encryption is switched off' };
  if (/^status$/.test(setting.key) && setting.values.includes('Suspended'))
    return { shape: 'off:versioning', what: 'A protection (versioning) is switched off' };
  return null;
}

const COMMANDS: readonly RegExp[] = [
  /\baws\s+cloudtrail\s+(?:stop-logging|delete-trail)\b/,
  /\baws\s+s3api\s+(?:delete-bucket-encryption|put-bucket-versioning\b.*Suspended)/,
  /\baws\s+(?:guardduty\s+delete-detector|configservice\s+(?:stop|delete)-configuration-recorder|ec2\s+delete-flow-logs|ec2\s+disable-ebs-encryption-by-default|securityhub\s+disable-security-hub|logs\s+delete-log-group|cloudwatch\s+(?:delete-alarms|disable-alarm-actions))\b/,
  /\baws\s+(?:rds|dynamodb|elbv2)\b.*--no-deletion-protection(?:-enabled)?\b/,
  /\baws\s+rds\b.*--backup-retention-period[= ]0\b/,
  /\bgcloud\s+logging\s+(?:sinks|metrics|buckets)\s+delete\b|\baz\s+monitor\s+(?:diagnostic-settings|activity-log\s+alert|log-profiles)\s+delete\b/,
  /\bgcloud\b.*--no-(?:enable-(?:logging|flow-logs)|deletion-protection|backup|require-ssl|enable-cloud-logging|enable-bin-log)\b/,
  /\baz\b.*(?:--https-only[= ]false|--ssl-enforcement[= ]Disabled|--enable-purge-protection[= ]false|--enable-soft-delete[= ]false)/i,
  /\bauditctl\s+-e\s*0\b|\bsystemctl\s+(?:stop|disable)\s+(?:--now\s+)?(?:auditd|rsyslog)\b/,
];

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  return COMMANDS.some((pattern) => pattern.test(source))
    ? { shape: 'command', what: 'A command that switches a protection off' }
    : null;
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path);
}

function judge(side: FileSide) {
  return judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
}

/** The key of one's own with which a thing is encrypted. */
const OWN_KEY = /^(?:kms(?:master)?keyid|kmskey(?:arn|name)|kmsmasterkeyarn|customermanagedkey|diskencryptionsetid)$/;

/** Newer providers make a resource of its own of what was a block (AWS provider 4.0: `aws_s3_bucket_versioning`). */
function movedOut({ key }: Setting, head: readonly Setting[]): boolean {
  return head.some(({ type }) => type.endsWith(key));
}

/** A block that is a protection as a whole, unless it says that it is off. */
function isBlock({ key, value }: Setting): boolean {
  return (
    /^(?:accesslogsettings|accesslogs?|accesslogconfiguration|logging(?:config(?:uration)?)?|loggingoptions|logconfig|auditlogconfig|diagnosticsettings|serversideencryption(?:configuration)?|bucketencryption|encryptionconfig(?:uration)?|encryptionspecification|ssespecification|versioning(?:configuration)?|backupconfiguration|pointintimerecovery(?:specification)?)$/.test(
      key,
    ) &&
    value?.kind === 'map' &&
    !value.entries.some((entry) => /^enabled$/i.test(entry.key) && isFalse(entry.value))
  );
}

/** Resources that are protections themselves: their removal is the loosening. */
const GUARDS =
  /^(?:awscloudtrail(?:trail)?|awsflowlog|awsec2flowlog|awsguarddutydetector|awscloudwatchmetricalarm|awscloudwatchalarm|awss3bucket(?:publicaccessblock|logging|versioning|serversideencryptionconfiguration)|awss3accountpublicaccessblock|awsconfigconfigurationrecorder|awssecurityhubaccount|awsbackupplan|awsebsencryptionbydefault|googleprojectiamauditconfig|azurermmonitor(?:diagnosticsetting|activitylogalert)|azurermsecuritycenter\w+|awswafv2webaclassociation|awskmskey|networkpolicy|poddisruptionbudget)$/;

/** Protections that the base has on and the head no longer speaks of, and guards that are gone. */
function removed(before: FileSide, after: FileSide | null, context: GuardrailContext) {
  const base = judgeSide(before, context, [], settingsOf);
  const head = after === null ? [] : judgeSide(after, context, [], settingsOf);
  const kept = new Set(after === null ? [] : judgeSide(after, context, [], resourcesOf).map(({ scope }) => scope.name));
  const place = (key: Setting) => `${key.scope.name}|${key.path.join('.')}.${key.key}`;
  const headKeys = new Set(head.map(place));
  const at = after ?? before;
  const lostSettings = base.filter(
    (setting) =>
      setting.value !== null &&
      ((PROTECTIONS.test(setting.key) && isOn(setting)) ||
        OWN_KEY.test(setting.key) ||
        (isBlock(setting) && !movedOut(setting, head))) &&
      kept.has(setting.scope.name) &&
      !headKeys.has(place(setting)),
  );
  const lostGuards = judgeSide(before, context, [], resourcesOf).filter(
    ({ type, scope }) => GUARDS.test(type) && !kept.has(scope.name),
  );
  const lowered = after === null ? [] : loweredSettings(base, head);
  return [
    ...lowered.map((pair) =>
      tell(RULE, {
        path: at.path,
        at: spanOf(linesOf(at), pair.after.start, pair.after.end),
        message: `${pair.what} on ${quote(pair.after.scope.name)}: ${quote(before.text.slice(pair.before.start, pair.before.end))} is now ${quote(at.text.slice(pair.after.start, pair.after.end))}.`,
        remediation: REMEDIATION,
        shape: pair.shape,
        before: before.text.slice(pair.before.start, pair.before.end),
        after: at.text.slice(pair.after.start, pair.after.end),
      }),
    ),
    ...lostSettings.map((setting) =>
      tell(RULE, {
        path: at.path,
        at: { line: 1, endLine: 1 },
        message: `The base has ${quote(before.text.slice(setting.start, setting.end))} on ${quote(setting.scope.name)}; the head no longer says so.`,
        remediation: REMEDIATION,
        shape: `removed:${kindOf(setting.key)}`,
        before: before.text.slice(setting.start, setting.end),
        after: null,
      }),
    ),
    ...lostGuards.map((guard) =>
      tell(RULE, {
        path: at.path,
        at:
          after === null ? spanOf(linesOf(before), guard.scope.start, guard.scope.start + 1) : { line: 1, endLine: 1 },
        ...(after === null ? { side: 'base' } : {}),
        message: `The base has ${quote(guard.scope.name)}, which protects or watches; the head has not.`,
        remediation: REMEDIATION,
        // It may have moved to another file of the same change.
        level: context.changedPaths.filter((path) => mayBeInfrastructure(path)).length > 1 ? 'warning' : 'error',
        shape: 'guard-removed',
        before: before.text.slice(guard.scope.start, guard.scope.end),
        after: null,
      }),
    ),
  ];
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const answer = judgeLoosening(RULE, subject, context, concerns, judge);
  const { before, after } = sidesOf(subject, mayBeInfrastructure);
  if (before === null || before.text === after?.text) return answer;
  // Where every line of the base still stands, nothing was taken away.
  if (after !== null && addedLines(after, before).length === 0) return answer;
  const gone = readable(before) ? removed(before, after, context) : [];
  return answerOf([...(answer.state === 'findings' ? answer.detections : []), ...gone]);
}

/** What cannot be read in the base protected nothing that is known. */
function readable(side: FileSide): boolean {
  try {
    settingsOf(side);
    return true;
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'unreadable-file') return false;
    throw error;
  }
}

/** Only what a configuration declares can be missed; a program's calls leave nothing behind. */
function removals(path: string): boolean {
  return formatOf(path) !== null && mayBeInfrastructure(path);
}

/** See README.md of this folder. */
export const encryptionOrLoggingDisabled = { rule: RULE, concerns, removals, detect } satisfies GuardrailDetector;
