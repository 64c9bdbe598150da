import { type Answer, answerOf, CLEAR, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { anyOf } from '../support/any-of.ts';
import { type Judged, judgeLoosening, judgeSide, NOTHING_JUDGED, sidesOf, type Weakness } from '../support/judge.ts';
import { spanOf } from '../support/lines.ts';
import { linesOf } from '../support/parsed.ts';
import { besidePrograms } from '../support/program.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { commandsOf, mayHoldCommands } from '../support/shell.ts';
import { plainText, readBase } from '../support/sides.ts';

const RULE = guardrailRule('lockfile-ignored', {
  shortDescription: 'The lockfile no longer decides what is installed',
  help: 'A lockfile pins every package with its digest. Deleting it, ignoring it, hiding its difference, or installing without it lets each build take whatever the registry gives that day, and lets a change of it go unread. Keep it in the repository, and install from it alone in automation.',
  level: 'error',
  confidence: 'medium',
  cwe: [1357, 494],
  requires: ['beforeAfter'],
});

const LOCKS =
  'package-lock\\.json|npm-shrinkwrap\\.json|yarn\\.lock|pnpm-lock\\.yaml|bun\\.lockb?|poetry\\.lock|uv\\.lock|pdm\\.lock|Pipfile\\.lock|Cargo\\.lock|go\\.sum|Gemfile\\.lock|composer\\.lock|packages\\.lock\\.json|gradle\\.lockfile|flake\\.lock|mix\\.lock|pubspec\\.lock|deno\\.lock';
const LOCK_FILE = new RegExp(`(?:^|/)(?:${LOCKS})$`);
const IGNORES = new RegExp(
  `^\\s*(?:/|\\*\\*/)?(?:[\\w.-]+/)*(?:${LOCKS}|\\*\\.lock|\\*-lock\\.(?:json|yaml|\\*)|\\*lock\\*)\\s*$`,
);
const ATTRIBUTES = new RegExp(
  `^\\s*(?:\\*\\*/)?(?:${LOCKS}|\\*\\.lock)\\s+.*(?:-diff\\b|\\blinguist-generated(?:=true)?\\b|\\bbinary\\b|-text\\b.*-diff)`,
);
const SETTINGS: readonly (readonly [RegExp, RegExp])[] = [
  [
    /(?:^|\/)\.npmrc$/,
    /^\s*(?:package-lock|shrinkwrap|lockfile|save-lockfile|frozen-lockfile|prefer-frozen-lockfile)\s*=\s*false\b/,
  ],
  [
    /(?:^|\/)\.yarnrc(?:\.yml)?$/,
    /^\s*(?:enableImmutableInstalls\s*:\s*false|--install\.no-lockfile\s+true|checksumBehavior\s*:\s*["']?(?:ignore|update|reset))\b/,
  ],
  [/(?:^|\/)pnpm-workspace\.yaml$/, /^\s*(?:lockfile|preferFrozenLockfile|frozenLockfile)\s*:\s*false\b/],
  [/(?:^|\/)bunfig\.toml$/, /^\s*(?:frozenLockfile|save|saveTextLockfile)\s*=\s*false\b/i],
];
const COMMANDS: readonly RegExp[] = [
  /\b(?:npm|pnpm|yarn|bun)\b.*\s--no-(?:package-lock|lockfile|frozen-lockfile|immutable|save-lockfile|shrinkwrap)\b/,
  /\b(?:pnpm|bun)\s+(?:i|install)\b.*\s--(?:frozen-lockfile=false|fix-lockfile|no-frozen-lockfile)\b/,
  /\byarn\b.*\s--pure-lockfile=false\b/,
  /\bnpm\b.*\s--package-lock=false\b/,
  /\brm\s+(?:-\S+\s+)*\S*(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|uv\.lock|Cargo\.lock|Gemfile\.lock|composer\.lock)\b/,
  /\bGOFLAGS=\S*-mod=mod\b|\bGONOSUMCHECK=1\b|\bGONOSUMDB=\*|\bGOSUMDB=off\b|\bGOINSECURE=\*/,
  /\bcargo\s+(?:update|generate-lockfile)\b.*&&.*\bcargo\s+publish\b/,
];

/** Installs from the lockfile alone, and the loose form of the same tool. */
const STRICT_INSTALLS: readonly (readonly [string, RegExp, RegExp])[] = [
  ['npm', /\bnpm\s+(?:ci|clean-install)\b/, /\bnpm\s+(?:i|install)(?:\s+--?[\w-]+(?:=\S+)?)*\s*$/],
  ['yarn', /\byarn\b.*\s--(?:frozen-lockfile|immutable)\b/, /\byarn(?:\s+install)?(?:\s+--?[\w-]+(?:=\S+)?)*\s*$/],
  ['pnpm', /\bpnpm\b.*\s--frozen-lockfile\b/, /\bpnpm\s+(?:i|install)(?:\s+--?[\w-]+(?:=\S+)?)*\s*$/],
  ['bun', /\bbun\s+(?:ci\b|install\b.*\s--frozen-lockfile\b)/, /\bbun\s+(?:i|install)(?:\s+--?[\w-]+(?:=\S+)?)*\s*$/],
  ['pip', /\bpip3?\b.*\s--require-hashes\b/, /\bpip3?\s+install\b.*\s(?:-r|--requirement)\b/],
  ['uv', /\buv\s+(?:sync|run)\b.*\s--(?:locked|frozen)\b/, /\buv\s+(?:sync|run)\b/],
  ['cargo', /\bcargo\b.*\s--(?:locked|frozen)\b/, /\bcargo\s+(?:build|install|test|run|publish)\b/],
  ['bundler', /\bbundle\s+install\b.*\s--(?:deployment|frozen)\b/, /\bbundle\s+install\b/],
];

/** A word without which no command of a text insists on the lockfile. */
const INSISTS = /\b(?:npm|bun)\s+(?:ci|clean-install)\b|--(?:frozen|immutable|locked|require-hashes|deployment)/;

/** Commands that installed from the lockfile alone in the base, and in the head do not. */
function loosened(before: FileSide | null, after: FileSide | null, context: GuardrailContext): readonly Detection[] {
  if (before === null || after === null || before.text === after.text) return [];
  if (!mayHoldCommands(before.path) || !mayHoldCommands(after.path)) return [];
  if (!INSISTS.test(before.text)) return [];
  const base = readBase(before, context, [], commandsOf).map(({ words }) => words.join(' '));
  if (!STRICT_INSTALLS.some(([, strict]) => base.some((source) => strict.test(source)))) return [];
  const head = judgeSide(after, context, [], commandsOf);
  return STRICT_INSTALLS.flatMap(([tool, strict, loose]) => {
    const was = base.filter((source) => strict.test(source));
    const is = head.filter(({ words }) => strict.test(words.join(' ')));
    if (was.length <= is.length) return [];
    const slack = head.find(({ words }) => {
      const source = words.join(' ');
      return loose.test(source) && !strict.test(source) && !base.includes(source);
    });
    if (slack === undefined) return [];
    return [
      tell(RULE, {
        path: after.path,
        at: spanOf(linesOf(after), slack.start, slack.end),
        message: `The base installs by ${quote(was[0] ?? '')}, from the lockfile alone; the head by ${quote(slack.source)}.`,
        remediation: 'Install from the lockfile alone.',
        shape: `loosened:${tool}`,
        before: was[0] ?? null,
        after: slack.source,
      }),
    ];
  });
}

/** Package managers that install the same packages. */
const MANAGERS: readonly RegExp[] = [
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock)$/,
  /(?:^|\/)(?:poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock)$/,
];

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Whether a lockfile can pin what another did: one for the same packages, in its folder, above or below it. */
function takesOver(path: string, lost: string): boolean {
  const [here, there] = [folderOf(path), folderOf(lost)];
  const alike =
    path.slice(here.length) === lost.slice(there.length) ||
    MANAGERS.some((locks) => locks.test(path) && locks.test(lost));
  return alike && (here.startsWith(there) || there.startsWith(here));
}

const FILES = anyOf([LOCK_FILE, /(?:^|\/)\.git(?:ignore|attributes)$/, ...SETTINGS.map(([file]) => file)]);

const isNamed = besidePrograms((path) => FILES.test(path));

function concerns(path: string): boolean {
  return isNamed(path) || mayHoldCommands(path);
}

function lineSpots(side: FileSide, pattern: RegExp, what: string, shape: string): readonly Weakness[] {
  const starts = linesOf(side).starts;
  return plainText(side)
    .split('\n')
    .flatMap((line, index) => {
      if (!pattern.test(line)) return [];
      const start = starts[index] ?? 0;
      const end = start + line.length;
      return [
        {
          key: `${shape}|${line.trim()}`,
          shape,
          start,
          end,
          scope: { name: line.trim(), start, end },
          message: `${what}: ${quote(line.trim())}.`,
          remediation: 'Keep the lockfile in the repository, readable, and install from it alone.',
        },
      ];
    });
}

function judge(side: FileSide): Judged {
  if (/(?:^|\/)\.gitignore$/.test(side.path))
    return { weaknesses: lineSpots(side, IGNORES, 'Git is told to ignore a lockfile', 'ignored'), scopes: [] };
  if (/(?:^|\/)\.gitattributes$/.test(side.path))
    return {
      weaknesses: lineSpots(side, ATTRIBUTES, "A lockfile's difference is hidden from reviewers", 'hidden').map(
        (spot) => ({ ...spot, level: 'warning' as const }),
      ),
      scopes: [],
    };
  const setting = SETTINGS.find(([file]) => file.test(side.path))?.[1];
  if (setting !== undefined)
    return {
      weaknesses: lineSpots(side, setting, 'The package manager is told to do without its lockfile', 'setting'),
      scopes: [],
    };
  if (!mayHoldCommands(side.path) || !/lock|mod=mod|GOSUMDB|GONOSUM|immutable/i.test(plainText(side)))
    return NOTHING_JUDGED;
  const weaknesses = commandsOf(side).flatMap((command) => {
    const source = command.words.join(' ');
    if (!COMMANDS.some((pattern) => pattern.test(source))) return [];
    return [
      {
        key: `command|${command.source}`,
        shape: 'command',
        start: command.start,
        end: command.end,
        scope: { name: command.source, start: command.start, end: command.end },
        message: `A command does without the lockfile: ${quote(command.source)}.`,
        remediation: 'Install from the lockfile alone.',
      },
    ];
  });
  return { weaknesses, scopes: [] };
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const { before, after } = sidesOf(subject, concerns);
  const deleted = before !== null && LOCK_FILE.test(before.path) && (after === null || !LOCK_FILE.test(after.path));
  if (!deleted) {
    if (after !== null && LOCK_FILE.test(after.path)) return CLEAR;
    const answer = judgeLoosening(RULE, subject, context, concerns, judge);
    return answerOf([...(answer.state === 'findings' ? answer.detections : []), ...loosened(before, after, context)]);
  }
  // Another package manager's lockfile takes its place, or its whole folder goes.
  const folder = folderOf(before.path);
  const replaced = context.changedPaths.some(
    (path) => !context.removedPaths.includes(path) && takesOver(path, before.path),
  );
  const manifestGone = context.changedPaths.some(
    (path) =>
      /(?:^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml|go\.mod|Gemfile|composer\.json)$/.test(path) &&
      path.startsWith(folder),
  );
  if (replaced) return CLEAR;
  return answerOf([
    tell(RULE, {
      path: before.path,
      at: { line: 1, endLine: 1 },
      side: 'base',
      message: `The lockfile ${quote(before.path)} of the base is deleted, and no other takes its place.`,
      remediation: 'Keep the lockfile in the repository.',
      ...(manifestGone ? { level: 'warning', confidence: 'low' } : {}),
      shape: 'deleted',
      before: { path: before.path, blob: before.blob },
      after: null,
    }),
  ]);
}

/** See README.md of this folder. */
export const lockfileIgnored = { rule: RULE, concerns, detect } satisfies GuardrailDetector;
