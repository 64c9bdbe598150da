import { hasMatch, mayMatch } from '../../../src/core/prefilter.ts';
import { type Sought, sought } from './sought.ts';

/** What may stand between two words of a sentence in a program: blanks, ends of lines, and the signs of comments. */
const GAP = String.raw`[\s/#*>;-]+`;
const MAYBE = String.raw`[\s/#*>;-]*`;

/** Words of the patterns in `instructions.ts`, each with blanks where a line may end, in a comment of several lines. */
function spread(source: string, flags: string): RegExp {
  return new RegExp(source.replaceAll(' ', GAP).replaceAll('_', MAYBE), flags);
}

function words(source: string): Sought {
  return sought(spread(source, 'i'));
}

/**
 * What is addressed has one of these words, whatever stands before it. By themselves where they are frequent: a pattern
 * of one word is the fastest.
 */
const NAMES: readonly Sought[] = [
  String.raw`\bbots?\b`,
  String.raw`\bagents?\b`,
  String.raw`\bmodels?\b`,
  String.raw`\btools?\b`,
  String.raw`\bLLMs?\b|\b(?:chat)?gpt`,
  String.raw`\b(?:A\.I\.|(?:assistants?|reviewers?|chatbots?|co-?pilot|claude|gemini|codex|cursor|devin)\b)`,
].map(words);

/** The one name that is a part of too many words to be looked for with the others. */
const AI = words(String.raw`\bAI\b`);

const TO_YOU = spread(
  String.raw`\b(?:you|your|please|always|never|don't|ensure|do not|make sure|when (?:you|reading|reviewing|summari[sz]ing|asked|processing))\b`,
  'i',
);

/** Verbs by which rules are set aside. */
const SET_ASIDE: readonly Sought[] = [
  'ignore',
  'override',
  'bypass',
  'instead of (?:following|your)',
  "(?:do not|don't) (?:follow|obey)|stop following",
  'disregard|forget|discard|overrule|abandon|regardless of',
].map((verb) => words(String.raw`\b(?:${verb})\b`));
/** Where a sentence ends, or a paragraph: none goes over an empty line. */
const SENTENCE_END = /[.!?]|\n\n/g;
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
].map(words);

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

/** Patterns that are asked for by the words of all first: most texts have none of them. */
function anyOf(sought: readonly Sought[]): RegExp {
  return new RegExp(sought.map(({ once }) => once.source).join('|'), 'i');
}

const ANY_NAME = anyOf(NAMES);
const ANY_ROLE = anyOf(ROLES);
const ANY_SET_ASIDE = anyOf(SET_ASIDE);
const NONE: Suspects = { names: [], orders: [] };

/**
 * The stretches of a program's text outside which nothing is an instruction to a model as `judgeInstructions` has it,
 * however its comments break the lines.
 */
export function suspectsIn(text: string): Suspects {
  // A name counts where somebody is told something.
  const tells = mayMatch(TO_YOU, text);
  const isNamed = tells && mayMatch(ANY_NAME, text);
  const isRole = mayMatch(ANY_ROLE, text);
  const isSetAside = mayMatch(RULES, text) && mayMatch(ANY_SET_ASIDE, text);
  const names = [
    ...(tells ? stretches(text, AI) : []),
    ...(isNamed ? NAMES.flatMap((name) => stretches(text, name)) : []),
  ];
  const orders = [
    ...(isRole ? ROLES.flatMap((role) => stretches(text, role)) : []),
    ...(isSetAside ? SET_ASIDE.flatMap((verb) => sentencesOfRules(text, stretches(text, verb))) : []),
  ];
  if (names.length === 0 && orders.length === 0) return NONE;
  return { names: inOrder(names).filter(isTold(text)), orders: inOrder(orders) };
}

/** From each verb to the end of its sentence, where that speaks of rules; of several verbs in one sentence, from the first. */
function sentencesOfRules(text: string, verbs: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let end = -1;
  for (const { start } of verbs) {
    if (start < end) continue;
    SENTENCE_END.lastIndex = start;
    end = SENTENCE_END.exec(text)?.index ?? text.length;
    if (RULES.test(text.slice(start, end))) found.push({ start, end });
  }
  return found;
}

/** Whether a text may have an instruction to a model anywhere, its words far from one another. */
export function mayInstruct(text: string): boolean {
  const has = ({ once }: Sought) => hasMatch(once, text);
  return (
    ([AI, ...NAMES].some(has) && hasMatch(TO_YOU, text)) ||
    ROLES.some(has) ||
    (SET_ASIDE.some(has) && hasMatch(RULES, text))
  );
}

/** Whether somebody is told something between the empty lines around a stretch; asked in order of the starts. */
function isTold(text: string): (stretch: Stretch) => boolean {
  let checked = -1;
  let answer = false;
  return ({ start, end }) => {
    if (end > checked) {
      const stop = text.indexOf('\n\n', end);
      checked = stop === -1 ? text.length : stop;
      answer = tellsSomebody(text.slice(Math.max(0, text.lastIndexOf('\n\n', start)), checked));
    }
    return answer;
  };
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
