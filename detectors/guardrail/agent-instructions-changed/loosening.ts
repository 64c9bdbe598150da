/** One thing that instructions do to the control that people have over agents. */
type Sign = 'skips permissions' | 'no questions' | 'wide permission' | 'checks off' | 'secrecy';

/** A sentence that takes control away. */
interface Loosening {
  readonly sign: Sign;
  /** 2 where the sentence alone takes it away for good, 1 where it is narrow and usual in honest instructions. */
  readonly points: 1 | 2;
  /** What shows it, on one line. */
  readonly piece: string;
  /** Offsets of the sentence. */
  readonly start: number;
  readonly end: number;
  /** The sentence without its spaces and marks: the same one in the base is not new. */
  readonly sentence: string;
}

export interface LooseningJudgement {
  readonly signs: readonly Sign[];
  /** Sum of the strongest sentence of each sign. */
  readonly score: number;
  readonly piece: string;
  readonly start: number;
  readonly end: number;
}

/** From here on a text is told of: one unlimited sentence, or two narrow ones of different kinds. */
const THRESHOLD = 2;

const NEGATION = /\b(?:never|not|don['’]t|cannot|can['’]t|mustn['’]t|no|nothing|nobody|avoid|forbidden|prohibited)\b/i;
/** Speaks of everything, not of one command. */
const GENERAL = /\b(?:any|all|every|always|anything|whatever|everything)\b/i;
/** Narrows a sentence down to one occasion. */
const LIMIT = /\b(?:to|for|when|before|if|on|while|about|with|in)\b/i;

const FLAG =
  /--(?:dangerously-[\w-]+|yolo\b|full-auto\b|(?:allow|trust)-all-tools\b|auto-approve\b|yes-always\b)|\b(?:bypassPermissions|danger-full-access|dangerouslySkipPermissions)\b/i;
/** The flag is what is forbidden; `never … without` asks for it. */
const FORBIDS_FLAG =
  /\b(?:never|do not|don['’]t|must not|may not|avoid|forbidden to)\s+(?:ever\s+)?(?:use|using|run|running|pass|passing|add|adding|start|starting|call|set|enable|enabling|suggest)\b(?![^.,;]{0,60}\bwithout\b)[^.,;]{0,60}$|\b(?:never|no|not|avoid)\s+['"]?$/i;

const UNASKED =
  /\b(?:never|do not|don['’]t|no need to|need not|must not|should not|stop)\s+(?:ever\s+|(?:stop|pause|bother) (?:and |to )?)?(?:ask|prompt|request|wait|seek|require)(?:ing)?\b[^.,;!?]{0,40}\b(?:confirm\w*|permissions?|approv\w*|consent|go-ahead|questions)\b/i;
const WITHOUT =
  /\bwithout (?:first |ever )?(?:(?:asking|prompting|confirming|waiting|requesting)\b|(?:(?:any|a|my|user|human|manual|further) ){0,2}(?:approval|confirmation|permission|consent|questions?)\b)/i;
const AUTOMATIC =
  /\b(?:auto[- ]?|automatically )(?:approve|accept|confirm|merge)\b|\bapprove\b[^.!?]{0,30}\bautomatically\b/i;

const WIDE =
  /\b(?:you|agents?) (?:may|can|have|has|are (?:allowed|permitted|authori[sz]ed|free))\b(?!['’]t| not\b| never\b| only\b)[^.!?]{0,40}\b(?:any (?:shell )?commands?|all permissions|full (?:access|permissions?|control)|(?:every|all|any) tools?|unrestricted|root access)\b/i;

const CONTROLS_OFF =
  /(?<![\w-])(?:skip|disable|bypass|turn off|circumvent|work around)\b[^.!?]{0,40}\b(?:permissions?|approvals?|sandbox\w*|confirmations?|guard ?rails?|safety)\b/i;
const CHECKS_OFF =
  /(?<![\w-])(?:skip|disable|bypass|turn off|circumvent|work around)\b[^.!?]{0,40}\b(?:reviews?|reviewers?|hooks?|security (?:checks?|scans?|rules?))\b|--no-verify\b/i;

const SECRECY =
  /\b(?:do not|don['’]t|never|must not|should not|avoid)\s+(?:ever\s+)?(?:(?:mention|reveal|disclos|discuss|show|tell|acknowledg|report|refer to|talk about|quot|cit)(?:e|ing)?\b[^.!?]{0,30}\b(?:this (?:file|document|rule|instruction|section|policy)|these (?:instructions|rules|lines))\b|(?:tell|inform|notify|alert)(?:ing)?\s+(?:the (?:user|reviewers?|maintainers?|humans?|developers?|owners?|team)|reviewers?|maintainers?|humans?|anyone|anybody)\b)|\b(?:keep|hide|conceal) (?:this|these|it|them|what you)\b[^.!?]{0,30}(?:\b(?:secret|hidden|to yourself)\b|\bfrom (?:the )?(?:users?|reviewers?|maintainers?|humans?|developers?|owners?|team|pull requests?)\b)/i;

/** Ends of sentences, paragraphs and list items. */
const SENTENCES = /(?:[.!?](?=\s)|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)]|#+)\s))/;

interface Found {
  readonly sign: Sign;
  readonly points: 1 | 2;
  readonly match: RegExpExecArray;
}

/** A match that no negation stands before: who forbids the thing does not ask for it. */
function affirmed(pattern: RegExp, sentence: string): RegExpExecArray | null {
  const match = pattern.exec(sentence);
  return match === null || NEGATION.test(sentence.slice(0, match.index)) ? null : match;
}

function signsOf(sentence: string): readonly Found[] {
  const found: Found[] = [];
  const flag = FLAG.exec(sentence);
  if (flag !== null && !FORBIDS_FLAG.test(sentence.slice(0, flag.index)))
    found.push({ sign: 'skips permissions', points: 2, match: flag });
  const unasked = UNASKED.exec(sentence);
  if (unasked !== null) {
    const rest = sentence.slice(unasked.index + unasked[0].length);
    found.push({ sign: 'no questions', points: GENERAL.test(sentence) || !LIMIT.test(rest) ? 2 : 1, match: unasked });
  }
  const without = affirmed(WITHOUT, sentence) ?? affirmed(AUTOMATIC, sentence);
  if (without !== null) found.push({ sign: 'no questions', points: GENERAL.test(sentence) ? 2 : 1, match: without });
  const wide = affirmed(WIDE, sentence);
  if (wide !== null) found.push({ sign: 'wide permission', points: 2, match: wide });
  const controls = affirmed(CONTROLS_OFF, sentence);
  if (controls !== null) found.push({ sign: 'checks off', points: 2, match: controls });
  const checks = affirmed(CHECKS_OFF, sentence);
  if (checks !== null) found.push({ sign: 'checks off', points: 1, match: checks });
  const secrecy = SECRECY.exec(sentence);
  if (secrecy !== null) found.push({ sign: 'secrecy', points: 2, match: secrecy });
  return found;
}

function looseningsOf(text: string): readonly Loosening[] {
  const found: Loosening[] = [];
  let end = 0;
  for (const sentence of text.split(SENTENCES)) {
    const start = text.indexOf(sentence, end) + sentence.length - sentence.trimStart().length;
    end = start + sentence.trim().length;
    // Marks of emphasis and broken lines do not part words.
    const plain = sentence.replace(/[\s*_`>]+/g, ' ').trim();
    for (const { sign, points, match } of signsOf(plain))
      found.push({ sign, points, piece: match[0], start, end, sentence: plain.replace(/\W+/g, ' ').toLowerCase() });
  }
  return found;
}

/**
 * What a text newly takes away of the control that people have over agents: each sign counts once, by its strongest
 * sentence. Null below the threshold, which no honest word of convenience reaches alone.
 */
export function judgeLoosenings(before: string, after: string): LooseningJudgement | null {
  const known = new Set(looseningsOf(before).map(({ sentence }) => sentence));
  const fresh = looseningsOf(after).filter(({ sentence }) => !known.has(sentence));
  const strongest = new Map<Sign, Loosening>();
  for (const each of fresh) {
    if (each.points > (strongest.get(each.sign)?.points ?? 0)) strongest.set(each.sign, each);
  }
  const counted = [...strongest.values()];
  const score = counted.reduce((sum, { points }) => sum + points, 0);
  const first = counted.toSorted((a, b) => b.points - a.points || a.start - b.start)[0];
  if (first === undefined || score < THRESHOLD) return null;
  return { signs: counted.map(({ sign }) => sign), score, piece: first.piece, start: first.start, end: first.end };
}
