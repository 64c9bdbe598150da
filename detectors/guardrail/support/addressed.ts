import { hasMatch } from '../../../src/core/prefilter.ts';

/** What may stand between two words of a sentence in a program: blanks, ends of lines, and the signs of comments. */
const GAP = String.raw`[\s/#*>;-]+`;
const MAYBE = String.raw`[\s/#*>;-]*`;

/** Words of the patterns in `instructions.ts`, each with blanks where a line may end, in a comment of several lines. */
function spread(source: string, flags: string): RegExp {
  return new RegExp(source.replaceAll(' ', GAP).replaceAll('_', MAYBE), flags);
}

interface Sought {
  /** Whether it is there at all, which most texts are asked for in vain. */
  readonly once: RegExp;
  readonly everywhere: RegExp;
}

function sought(source: string): Sought {
  return { once: spread(source, 'i'), everywhere: spread(source, 'gi') };
}

/**
 * What is addressed has one of these words, whatever stands before it. By themselves where they are frequent: a pattern
 * of one word is the fastest.
 */
const NAMES: readonly Sought[] = [
  String.raw`\bAI\b`,
  String.raw`\bbots?\b`,
  String.raw`\bagents?\b`,
  String.raw`\bmodels?\b`,
  String.raw`\btools?\b`,
  String.raw`\bLLMs?\b|\b(?:chat)?gpt`,
  String.raw`\b(?:A\.I\.|(?:assistants?|reviewers?|chatbots?|co-?pilot|claude|gemini|codex|cursor|devin)\b)`,
].map(sought);

const TO_YOU = spread(
  String.raw`\b(?:you|your|please|always|never|don't|ensure|do not|make sure|when (?:you|reading|reviewing|summari[sz]ing|asked|processing))\b`,
  'i',
);

/** A verb by which rules are set aside, and the rest of its sentence. */
const SET_ASIDE: readonly Sought[] = [
  'ignore',
  'override',
  'bypass',
  'instead of (?:following|your)',
  "(?:do not|don't) (?:follow|obey)|stop following",
  'disregard|forget|discard|overrule|abandon|regardless of',
].map((verb) => sought(String.raw`\b(?:${verb})\b[^.!?]*`));
const RULES =
  /\b(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|constraints?|polic(?:y|ies)|restrictions?|orders?|training|guardrails?|commands?|context|tasks?|requests?|goals?)\b/i;

/** Changes of role, apart by how often their words stand in programs, and by the rarer of their words where that is enough. */
const ROLES: readonly Sought[] = [
  String.raw`\byou are (?:now|no longer)\b|(?<=\bon,? )you\b|\bhenceforth\b`,
  String.raw`\bas (?:(?:an?|the) )?(?:unrestricted|different|root|admin|system|developer|jailbroken|DAN\b)`,
  String.raw`mode\b(?<=\b(?:developer|god|jailbreak|unrestricted|DAN|sudo|maintenance) mode)`,
  [
    String.raw`\bpretend\b`,
    String.raw`\b(?:new|updated|additional|real|hidden) (?:(?:system|developer) )?(?:instructions?|prompt|directives?)_:`,
    String.raw`\[\/?INST\]|<\|?(?:im\x5fstart|im\x5fend|system|endoftext|start\x5fheader\x5fid)\|?>`,
    String.raw`<\/?(?:system|instructions?|important)>|\bsystem prompt\b`,
    String.raw`\b(?:system|assistant)_(?:(?:prompt|message|override|note|instruction)_)?:`,
  ].join('|'),
].map(sought);

/** A stretch of a text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Where a program's text may hold an instruction to a model, in order of the starts. */
export interface Suspects {
  /** Names of models. They count where somebody is told something as well. */
  readonly names: readonly Stretch[];
  /** Changes of role and rules set aside, which count by themselves. */
  readonly orders: readonly Stretch[];
}

/**
 * The stretches of a program's text outside which nothing is an instruction to a model as `judgeInstructions` has it,
 * however its comments break the lines.
 */
export function suspectsIn(text: string): Suspects {
  const named = NAMES.flatMap((name) => stretches(text, name));
  const orders = [
    ...ROLES.flatMap((role) => stretches(text, role)),
    ...SET_ASIDE.flatMap((verb) => stretches(text, verb)).filter(({ start, end }) =>
      RULES.test(text.slice(start, end)),
    ),
  ];
  return { names: named.length > 0 && tellsSomebody(text) ? inOrder(named) : [], orders: inOrder(orders) };
}

/** Whether a text tells somebody to do something, as far as its words go. */
export function tellsSomebody(text: string): boolean {
  return TO_YOU.test(text);
}

function inOrder(all: readonly Stretch[]): readonly Stretch[] {
  return all.toSorted((a, b) => a.start - b.start);
}

function stretches(text: string, { once, everywhere }: Sought): readonly Stretch[] {
  if (!hasMatch(once, text)) return [];
  return Array.from(text.matchAll(everywhere), ({ index, 0: { length } }) => ({ start: index, end: index + length }));
}
