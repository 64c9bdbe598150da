import { hasMatch } from '../../../src/core/prefilter.ts';

/** What may stand between two words of a sentence in a program: blanks, ends of lines, and the signs of comments. */
const GAP = String.raw`[\s/#*>;-]+`;
const MAYBE = String.raw`[\s/#*>;-]*`;

/** Words of the patterns in `instructions.ts`, each with blanks where a line may end, in a comment of several lines. */
function spread(source: string, flags: string): RegExp {
  return new RegExp(source.replaceAll(' ', GAP).replaceAll('_', MAYBE), flags);
}

/** Names of models: what is addressed has one of these words, whatever stands before it. */
const NAMES =
  /\b(?:A\.I\.|(?:LLMs?|models?|assistants?|agents?|reviewers?|chatbots?|co-?pilot|claude|gemini|codex|cursor|devin|tools?)\b|(?:chat)?gpt)/i;
/** Names that are parts of many other words: nothing tells where they are not but the pattern itself. */
const SHORT_NAMES: readonly RegExp[] = [/\bbots?\b/i, /\bAI\b/i];
const NAMED = new RegExp(`${NAMES.source}|${SHORT_NAMES.map(({ source }) => source).join('|')}`, 'gi');

const TO_YOU = spread(
  String.raw`\b(?:you|your|please|always|never|don't|ensure|do not|make sure|when (?:you|reading|reviewing|summari[sz]ing|asked|processing))\b`,
  'i',
);

/** Verbs by which rules are set aside, one by one: a pattern of one word is the fastest. */
const VERBS: readonly string[] = [
  'ignore',
  'disregard',
  'forget',
  'override',
  'bypass',
  'discard',
  'overrule',
  'abandon',
  "(?:do not|don't) (?:follow|obey)",
  'stop following',
  'instead of (?:following|your)',
  'regardless of',
];
const EACH_VERB = VERBS.map((verb) => spread(String.raw`\b${verb}\b`, 'i'));
/** A verb and the rest of its sentence. */
const SET_ASIDE = spread(String.raw`\b(?:${VERBS.join('|')})\b[^.!?]*`, 'gi');
const RULES =
  /\b(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|constraints?|polic(?:y|ies)|restrictions?|orders?|training|guardrails?|commands?|context|tasks?|requests?|goals?)\b/i;

/** Changes of role, apart by what makes each rare. */
const ROLES: readonly RegExp[] = [
  String.raw`\byou are (?:now|no longer)\b`,
  String.raw`\b(?:from now on|henceforth),? you\b`,
  String.raw`\b(?:act|behave|respond|operate) as (?:(?:an?|the) )?(?:unrestricted|different|root|admin|system|developer|jailbroken)`,
  String.raw`\bas (?:(?:an?|the) )?DAN\b`,
  String.raw`\bpretend\b`,
  String.raw`\b(?:new|updated|additional|real|hidden) (?:(?:system|developer) )?(?:instructions?|prompt|directives?)_:`,
  String.raw`\b(?:developer|god|jailbreak|unrestricted|DAN|sudo|maintenance) mode\b`,
  String.raw`\[\/?INST\]|<\|?(?:im\x5fstart|im\x5fend|system|endoftext|start\x5fheader\x5fid)\|?>|<\/?(?:system|instructions?|important)>`,
  String.raw`\b(?:system|assistant)_(?:(?:prompt|message|override|note|instruction)_)?:|\bsystem prompt\b`,
].map((source) => spread(source, 'i'));

/** A stretch of a text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The stretches of a program's text outside which nothing is an instruction to a model as `judgeInstructions` has it,
 * however its comments break the lines: what names a model, changes its role, or sets rules aside. In order of their starts.
 */
export function stretchesToJudge(text: string): readonly Stretch[] {
  const named = hasMatch(TO_YOU, text) && (hasMatch(NAMES, text) || SHORT_NAMES.some((name) => hasMatch(name, text)));
  const setAside = EACH_VERB.some((verb) => hasMatch(verb, text));
  return [
    ...(named ? stretches(text, NAMED) : []),
    ...(setAside ? stretches(text, SET_ASIDE).filter(({ start, end }) => RULES.test(text.slice(start, end))) : []),
    ...ROLES.flatMap((role) => (hasMatch(role, text) ? stretches(text, new RegExp(role, 'gi')) : [])),
  ].sort((a, b) => a.start - b.start);
}

function stretches(text: string, pattern: RegExp): readonly Stretch[] {
  return Array.from(text.matchAll(pattern), ({ index, 0: { length } }) => ({ start: index, end: index + length }));
}
