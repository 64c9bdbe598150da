import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { exact } from '../support/added.ts';
import { judgeSide, sidesOf } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { formatOf, linesOf, parsed } from '../support/parsed.ts';
import { quote } from '../support/quote.ts';
import { type Span, tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { type Command, commandsIn, commandsOf, mayHoldCommands } from '../support/shell.ts';
import { plainText, readBase } from '../support/sides.ts';
import { entriesOf, get, items, type Node, text, texts } from '../support/tree.ts';

const RULE = guardrailRule('hook-removed', {
  shortDescription: 'A check before commit or push no longer runs',
  help: 'Hooks of husky, pre-commit, lefthook or plain git stop secrets, broken code and unformatted files before they leave a machine. Removing one, emptying it, taking its executable bit, or telling git to skip hooks lets them through. Put the hook back, or move the check to where it cannot be skipped in the same change.',
  level: 'error',
  confidence: 'medium',
  cwe: [693],
  requires: ['beforeAfter'],
});

const SCRIPT = /(?:^|\/)\.(?:husky|githooks|git-hooks|hooks)\/(?!_\/)[\w.-]+$/;
const CONFIG =
  /(?:^|\/)(?:\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.(?:ya?ml|json|toml)|package\.json|\.lintstagedrc(?:\.(?:json|ya?ml))?|\.simple-git-hooks\.json|\.huskyrc(?:\.json)?|\.overcommit\.yml)$/;
/** Files that only name hooks. */
const MANAGER =
  /(?:^|\/)(?:\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.(?:ya?ml|json|toml)|\.simple-git-hooks\.json|\.huskyrc(?:\.json)?|\.overcommit\.yml)$/;
/** Hooks that look for secrets and weak spots. */
const GUARDS =
  /gitleaks|detect-?secrets|trufflehog|ggshield|talisman|git-secrets|private-?key|aws-?credentials|bandit|semgrep|safety|pip-audit|trivy|tfsec|checkov|security|secrets?\b|audit/i;
const SKIPS =
  /\bgit\s+(?:\S+\s+)*?(?:commit|push|merge|rebase)\b.*\s--no-verify\b|\bgit\b.*\bcore\.hooksPath[= ](?:\/dev\/null|\s|$)|\bHUSKY(?:_SKIP_HOOKS)?=(?:0|1)\s|\bLEFTHOOK=(?:0|false)\b|\bSKIP=\w|\bpre-commit\s+uninstall\b|\blefthook\s+uninstall\b|\bhusky\s+uninstall\b/;

/** `-n` is `--no-verify` for a commit, alone or among the letters of other options that take no value (git-commit's manual). */
const SHORT = /^-[aeopqsvz]*n[A-Za-z]*$/;

function skipsHooks({ words }: Command): boolean {
  const commits = words.indexOf('commit');
  return (
    SKIPS.test(words.join(' ')) ||
    (words[0] === 'git' && commits > 0 && words.slice(commits).some((word) => SHORT.test(word)))
  );
}

function concerns(path: string): boolean {
  return SCRIPT.test(path) || CONFIG.test(path) || mayHoldCommands(path);
}

/** Everything that a hook file runs, as words. */
function effective(side: FileSide | null): readonly string[] {
  return commandsIn(plainText(side), 0)
    .filter(({ words }) => !/^(?:exit|true|:|echo|\.|source|set)$/.test(words[0] ?? ''))
    .map(({ words }) => words.join(' '));
}

interface Hook {
  readonly name: string;
  readonly value: string;
}

/** A hook that is only run by hand guards nothing (pre-commit's documentation, "confining hooks to run at certain stages"). */
function runsByItself(hook: Node): boolean {
  const stages = texts(get(hook, 'stages'));
  return stages.length === 0 || stages.some((stage) => stage !== 'manual');
}

/** The hooks that a configuration names. */
function hooksOf(side: FileSide): readonly Hook[] {
  const root = formatOf(side.path) === null ? undefined : parsed(side).roots[0];
  if (root === undefined) return [];
  if (/pre-commit-config/.test(side.path))
    return items(get(root, 'repos')).flatMap((repo) =>
      items(get(repo, 'hooks'))
        .filter(runsByItself)
        .map((hook) => ({
          name: text(get(hook, 'id')) ?? '',
          value: side.text.slice(hook.start, hook.end),
        })),
    );
  if (/package\.json$/.test(side.path)) {
    const managed = ['husky', 'lint-staged', 'simple-git-hooks', 'gitHooks', 'pre-commit', 'pre-push'].flatMap((key) =>
      named(side, get(root, key), key),
    );
    const prepare = text(get(root, 'scripts', 'prepare')) ?? text(get(root, 'scripts', 'postinstall')) ?? '';
    return [
      ...managed,
      ...(/\b(?:husky|lefthook|simple-git-hooks|pre-commit|githooks|hooksPath)\b/.test(prepare)
        ? [{ name: 'scripts.prepare', value: prepare }]
        : []),
    ];
  }
  return /lefthook|lintstaged|simple-git-hooks|huskyrc|overcommit/.test(side.path) ? named(side, root, '') : [];
}

/** Commands of a hook manager, by event and name. */
function named(side: FileSide, node: Node | undefined, prefix: string): readonly Hook[] {
  return entriesOf(node).flatMap((entry) => {
    const name = prefix === '' ? entry.key : `${prefix}.${entry.key}`;
    const jobs = ['commands', 'scripts'].flatMap((key) =>
      entriesOf(get(entry.value, key)).map((job) => ({
        name: `${name}.${job.key}`,
        value: side.text.slice(job.value.start, job.value.end),
      })),
    );
    return jobs.length > 0 ? jobs : [{ name, value: side.text.slice(entry.value.start, entry.value.end) }];
  });
}

/** Where the finding is that something is gone. */
const TOP: Span = { line: 1, endLine: 1 };

function hookDetection(
  path: string,
  message: string,
  shape: string,
  before: string | null,
  after: string | null,
  side: 'base' | 'head',
  at: Span,
): Detection {
  return tell(RULE, {
    path,
    at,
    side,
    message,
    remediation: 'Put the hook back, or run the check in automation in the same change.',
    shape,
    before: before === null ? null : exact(before),
    after: after === null ? null : exact(after),
  });
}

/** Hooks that another file of the change takes over: the same hook in another folder, or a hook manager's list. */
function movesTo(path: string, { changedPaths, removedPaths }: GuardrailContext): boolean {
  const name = path.split('/').at(-1);
  return changedPaths.some(
    (other) =>
      other !== path &&
      !removedPaths.includes(other) &&
      (MANAGER.test(other) || (SCRIPT.test(other) && (!SCRIPT.test(path) || other.split('/').at(-1) === name))),
  );
}

/** A script that is gone, does nothing any more, or may not run. */
function ofScript(before: FileSide, after: FileSide | null, context: GuardrailContext): readonly Detection[] {
  const runs = effective(before);
  if (runs.length === 0) return [];
  const [first = ''] = runs;
  if (after === null) {
    return movesTo(before.path, context)
      ? []
      : [
          hookDetection(
            before.path,
            `The hook ${quote(before.path)}, which ran ${quote(first)}, is removed.`,
            'removed',
            before.text,
            null,
            'base',
            TOP,
          ),
        ];
  }
  const left = effective(after);
  if (left.length === 0 || exitsFirst(after))
    return exitsFirst(before)
      ? []
      : [
          hookDetection(
            after.path,
            `The hook ${quote(after.path)} ran ${quote(first)} and now does nothing.`,
            'emptied',
            before.text,
            after.text,
            'head',
            TOP,
          ),
        ];
  if (before.mode === '100755' && after.mode === '100644')
    return [
      hookDetection(
        after.path,
        `The hook ${quote(after.path)} may no longer be executed, so git passes over it.`,
        'not-executable',
        before.mode,
        after.mode,
        'head',
        TOP,
      ),
    ];
  const lost = runs.find(
    (command) =>
      !left.some(
        (other) =>
          other === command || other.split(' ').slice(0, 3).join(' ') === command.split(' ').slice(0, 3).join(' '),
      ),
  );
  return lost !== undefined && left.length < runs.length
    ? [
        hookDetection(
          after.path,
          `The hook ${quote(after.path)} no longer runs ${quote(lost)}.`,
          'command-removed',
          before.text,
          after.text,
          'head',
          TOP,
        ),
      ]
    : [];
}

function exitsFirst(side: FileSide): boolean {
  return /^exit\b/.test(
    commandsIn(plainText(side), 0).find(({ words }) => !/^(?:\.|source|set|echo)$/.test(words[0] ?? ''))?.words[0] ??
      '',
  );
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  if (before?.text === after?.text && before?.mode === after?.mode && before?.path === after?.path) return CLEAR;
  const detections: Detection[] = [];
  if (before !== null && SCRIPT.test(before.path))
    detections.push(...ofScript(before, after !== null && SCRIPT.test(after.path) ? after : null, context));
  if (before !== null && CONFIG.test(before.path)) {
    const base = readBase(before, context, [], hooksOf);
    const head = after === null ? [] : judgeSide(after, context, [], hooksOf);
    const fresh = head.filter(({ name }) => !base.some((other) => other.name === name));
    const moved = head.length >= base.length || movesTo(before.path, context);
    // A formatter may take another's place; a watch over secrets and weak spots is only replaced by another.
    const unguarded = !movesTo(before.path, context) && !fresh.some(({ name }) => GUARDS.test(name));
    for (const hook of base.filter(({ name }) => !head.some((other) => other.name === name))) {
      if (moved && !(unguarded && GUARDS.test(hook.name))) continue;
      detections.push(
        hookDetection(
          after?.path ?? before.path,
          `The base runs the hook ${quote(hook.name)}; the head does not.`,
          'hook-removed',
          hook.value,
          null,
          after === null ? 'base' : 'head',
          TOP,
        ),
      );
    }
  }
  if (
    after !== null &&
    mayHoldCommands(after.path) &&
    /no-verify|hooksPath|HUSKY|LEFTHOOK|SKIP=|uninstall|\bcommit\b.*\s-\w*n/.test(plainText(after))
  ) {
    const known = new Set(readBase(before, context, [], commandsOf).map(({ source }) => source));
    for (const command of judgeSide(after, context, [], commandsOf)) {
      if (!skipsHooks(command) || known.has(command.source)) continue;
      detections.push(
        hookDetection(
          after.path,
          `A new command skips the hooks: ${quote(command.source)}.`,
          'skipped',
          null,
          command.source,
          'head',
          spanOf(linesOf(after), command.start, command.end),
        ),
      );
    }
  }
  return answerOf(detections);
}

/** See README.md of this folder. */
export const hookRemoved = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
