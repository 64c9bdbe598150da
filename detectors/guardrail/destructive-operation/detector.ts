import type { FileSide } from '../../../src/core/detector.ts';
import { isOff, isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import type { Judged, Weakness } from '../support/judge.ts';
import { isContent } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { destructiveStatements, isSqlPath } from './sql.ts';

const RULE = guardrailRule('destructive-operation', {
  shortDescription: 'An operation deletes data that nothing brings back',
  help: 'Dropping tables, emptying buckets on destroy, deleting folders named by a variable that may be empty, and statements without a condition destroy more than was meant, and agents run them without looking back. Guard the operation with a condition, a check that the variable is set, a backup, or a step that a person confirms.',
  level: 'error',
  confidence: 'medium',
  cwe: [404, 1284, 73],
  requires: ['beforeAfter'],
});

const REMEDIATION =
  'Guard it: a condition, a check that the variable is set (${NAME:?}), a backup, or a confirmation by a person.';

function ofSetting(setting: Setting): Opinion | null {
  const { key, values } = setting;
  const [first = ''] = values;
  if (
    /^(?:forcedestroy|forcedelete|autodeleteobjects|autodeleteimages|emptyondelete|deleteonremoval|forcedeletewithoutrecovery|deleteautomatedbackups|deletecontentsondestroy|forceoverwritereplicasecret)$/.test(
      key,
    ) &&
    isOn(setting)
  )
    return { shape: 'force-destroy', what: 'Destroying the resource destroys its data as well' };
  if (key === 'skipfinalsnapshot' && isOn(setting))
    return { shape: 'no-snapshot', what: 'Destroying the database leaves no last snapshot', level: 'warning' };
  if (key === 'preventdestroy' && isOff(setting))
    return { shape: 'destroy-allowed', what: 'The protection against destruction is off' };
  if (
    /^(?:removalpolicy|deletionpolicy|updatereplacepolicy)$/.test(key) &&
    /(?:^|\.)(?:delete|destroy)$/i.test(first) &&
    (setting.value === null ||
      /bucket|table|database|dbinstance|dbcluster|volume|filesystem|loggroup|keyspace|domain|repository|key$/.test(
        setting.type,
      ))
  )
    return { shape: 'deletion-policy', what: 'The data goes with the stack', level: 'warning' };
  if (setting.value === null) return ofProgram(setting);
  return null;
}

/** Migrations and clients that drop without a way back. */
function ofProgram(setting: Setting): Opinion | null {
  if (/(?:^|\.)(?:dropDatabase|drop_database|deleteBucket|flushall|flushdb|FlushAll)\(\)$/.test(setting.key))
    return { shape: 'drop-call', what: 'A call that deletes a whole store' };
  return null;
}

/** A folder named by a variable: what remains of the path when the variable is empty. */
function deletesVariable(command: Command): Opinion | null {
  const { words } = command;
  const at = words.findIndex((word) => word === 'rm' || word.endsWith('/rm'));
  if (at === -1) return null;
  const options = words
    .slice(at + 1)
    .filter((word) => word.startsWith('-'))
    .join('');
  if (!/-\w*[rR]|--recursive/.test(options)) return null;
  for (const target of words.slice(at + 1).filter((word) => !word.startsWith('-'))) {
    if (
      /^(?:\/|\/\*|~|~\/\*?|\$HOME\/?\*?|\$\{HOME\}\/?\*?|\/(?:etc|usr|var|home|bin|lib|boot|root|opt)\/?\*?)$/.test(
        target,
      )
    ) {
      return { shape: 'delete-root', what: 'A command that deletes a folder of the system or the home' };
    }
    // `${NAME:?}` stops where the variable is empty; an empty default does not.
    const rest = target.replace(/\$\{\w+(?::?-)?\}|\$\([A-Z][A-Z_\d]*\)|\$\w+/g, '');
    if (
      rest !== target &&
      /^(?:\/|\/\*|\/\.\*)?$/.test(rest.replace(/\/+/g, '/')) &&
      !/\$\{?(?:TMP|TEMP|TMPDIR|tmp\w*|temp\w*|RUNNER_TEMP|work_?tmp)\}?/.test(target)
    ) {
      // A recipe that cleans the folder its variable names is how every Makefile is written.
      if (rest === '' && target.startsWith('$(')) continue;
      if (rest === '' && !/\/$/.test(target))
        return {
          shape: 'delete-variable',
          what: 'A command that deletes whatever a variable names',
          level: 'warning',
          confidence: 'low',
        };
      return { shape: 'delete-variable', what: 'A command that deletes the root folder when its variable is empty' };
    }
  }
  return null;
}

const COMMANDS: readonly (readonly [RegExp, string, string])[] = [
  [
    /\bterraform\s+(?:\S+\s+)*?(?:destroy\b.*(?:-auto-approve|-force)|apply\b.*-destroy\b.*-auto-approve)|\b(?:pulumi|cdk|tofu|terragrunt)\s+(?:\S+\s+)*?destroy\b.*(?:--yes|-y\b|--force|-auto-approve|--non-interactive)/,
    'stack',
    'A command that destroys a stack without asking',
  ],
  [
    /\bkubectl\s+delete\s+(?:ns|namespaces?|pvc|pv|crds?|persistentvolume\w*|customresourcedefinitions?)\b|\bkubectl\s+delete\b.*\s--all\b/,
    'cluster',
    'A command that deletes objects of a cluster wholesale',
  ],
  [
    /\baws\s+s3\s+rb\b.*--force\b|\baws\s+s3\s+rm\b.*--recursive\b|\baws\s+s3\s+sync\b.*--delete\b.*\s\/(?:\s|$)|\bgsutil\b.*\brm\s+(?:-\w+\s+)*-r|\bgcloud\s+storage\s+(?:rm\b.*(?:-r|--recursive)|buckets\s+delete)|\baz\s+(?:storage\s+\w+\s+delete|group\s+delete\b.*(?:-y|--yes))/,
    'storage',
    'A command that deletes stored data wholesale',
  ],
  [
    /\baws\s+(?:rds\s+delete-db\S*\b.*--skip-final-snapshot|dynamodb\s+delete-table|ec2\s+delete-volume|kms\s+schedule-key-deletion|cloudformation\s+delete-stack|backup\s+delete-\w+)/,
    'database',
    'A command that deletes a store',
  ],
  [
    /\bdropdb\b|\bredis-cli\b.*\b(?:flush|FLUSH)(?:all|db|ALL|DB)\b|\bmongo(?:sh)?\b.*dropDatabase|\b(?:rails|rake)\s+db:(?:drop|reset)\b|\bprisma\s+(?:migrate\s+reset\b.*(?:--force|-f\b)|db\s+push\b.*--(?:accept-data-loss|force-reset))|\bphp\s+artisan\s+(?:migrate:(?:fresh|reset)|db:wipe)\b|\bmanage\.py\s+(?:flush|reset_db)\b|\bsequelize\s+db:drop\b|\btypeorm\s+schema:drop\b|\bflyway\b.*\bclean\b/,
    'database',
    'A command that empties a database',
  ],
  [
    /\bmkfs(?:\.\w+)?\s|\bdd\s.*\bof=\/dev\/|\bwipefs\b|\bshred\s.*\/dev\/|>\s*\/dev\/sd[a-z]/,
    'disk',
    'A command that overwrites a disk',
  ],
  [
    /\bdocker\s+(?:system|volume)\s+prune\b.*(?:--volumes|-a\b.*--volumes)|\bdocker\s+volume\s+rm\b.*\$\(/,
    'volumes',
    'A command that deletes volumes',
  ],
  [
    /\bgit\s+push\b.*(?:--force(?!-with-lease)\b|\s-f\b|\s\+\S+:).*\b(?:main|master|release|production)\b|\bgit\s+push\b.*\s\+(?:\S*:)?(?:refs\/heads\/)?(?:main|master|release|production)\b|\bgit\s+push\b.*\b(?:origin|upstream)\s+(?:--delete|:)\s*(?:main|master|release)\b|\bgit\s+push\b.*--mirror\b/,
    'history',
    'A command that overwrites a shared branch',
  ],
  [
    /\bfind\s+(?:\/|~|\$\w+|"?\$\{?HOME\}?"?)\S*\s.*-delete\b|\bRemove-Item\b.*-Recurse\b.*-Force\b.*\$(?!env:TEMP)|\bformat\s+[a-z]:/i,
    'files',
    'A command that deletes files wholesale',
  ],
];

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  const dropped = /\b(?:psql|mysql|mariadb|sqlite3|sqlcmd|clickhouse-client|bq)\b/.test(source)
    ? destructiveStatements(source.replace(/^.*?(?=\b(?:DROP|TRUNCATE|DELETE|UPDATE|ALTER)\b)/i, ''))[0]
    : undefined;
  if (dropped !== undefined) return { shape: dropped.shape, what: 'A command that runs a destructive statement' };
  const found = COMMANDS.find(([pattern]) => pattern.test(source));
  if (found !== undefined) return { shape: found[1], what: found[2] };
  return deletesVariable(command);
}

/** Statements of SQL files, and of migrations in programs. */
function ofSql(side: FileSide): readonly Weakness[] {
  if (!isSqlPath(side.path) || !isContent(side) || side.binary !== undefined) return [];
  return destructiveStatements(side.text).map((statement) => ({
    key: `sql|${statement.shape}|${statement.source}`,
    shape: statement.shape,
    start: statement.start,
    end: statement.end,
    scope: { name: `statement ${statement.source.slice(0, 60)}`, start: statement.start, end: statement.end },
    message: `${statement.what}: ${quote(statement.source)}.`,
    remediation: REMEDIATION,
    ...(statement.guarded ? { level: 'warning' as const, confidence: 'low' as const } : {}),
  }));
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path) || isSqlPath(path);
}

function judge(side: FileSide): Judged {
  const judged = judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
  return { weaknesses: [...judged.weaknesses, ...ofSql(side)], scopes: judged.scopes };
}

/** See README.md of this folder. */
export const destructiveOperation = looseningDetector(RULE, concerns, judge);
