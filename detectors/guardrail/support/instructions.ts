/** One thing that a text does which a text for people seldom does. */
export type Signal = 'address' | 'override' | 'role' | 'secrecy' | 'exfiltration' | 'execution' | 'approval';

/** What says that a model is spoken to. */
export const MODEL =
  /\b(?:AI|A\.I\.|LLMs?|(?:large )?language models?|(?:AI|coding|code|virtual) (?:assistants?|agents?|reviewers?|models?)|assistants?|chatbots?|co-?pilot|claude|chat ?gpt|gpt-?\d\w*|gemini|codex|cursor|devin|automated (?:agents?|reviewers?|tools?)|(?:review(?:er|ing)?|reading|processing|summari[sz]ing|assisting) (?:models?|agents?|bots?)|(?:dear|hey|hello|attention|note (?:to|for)|for|to) (?:any |all |the )?(?:agents?|models?|bots?))\b/i;
/** What says that somebody is told something. */
export const TO_YOU =
  /\b(?:you (?:must|should|shall|will|are|were|need|have to|may)|your (?:instructions?|task|job|role|system|goal|output|response|answer)|please|always|never|do not|don't|make sure|ensure|when (?:you|reading|reviewing|summari[sz]ing|asked|processing))\b/i;

type Told = Exclude<Signal, 'address'>;

/** What speaks for itself, whoever is addressed. Its words stand in `addressed.ts` as well, as do those of the two above. */
export const STRONG: readonly (readonly [Told, RegExp])[] = [
  [
    'override',
    /\b(?:ignore|disregard|forget(?! to\b)|override|bypass|discard|overrule|do not (?:follow|obey)|don't (?:follow|obey)|stop following|instead of (?:following|your))\b[^.!?\n]{0,60}\b(?:previous|prior|above|earlier|preceding|all|any|other|your|system|existing|original|initial|safety|security|these|the)\b[^.!?\n]{0,40}\b(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|constraints?|polic(?:y|ies)|restrictions?|orders?|training|guardrails?|commands?|context)\b|\b(?:ignore|disregard|forget|abandon)\b (?:the|your|any|all) (?:tasks?|instructions?|rules?|requests?|prompts?|goals?) (?:that )?you\b|\bregardless of (?:your|any|the|all) (?:[\w-]+ )?(?:instructions?|rules?|guidelines?|polic(?:y|ies)|training|guardrails?)\b/i,
  ],
  [
    'role',
    /\byou are (?:now|no longer)\b|\b(?:from now on|henceforth),? you\b|\b(?:act|behave|respond|operate) as (?:an? |the )?(?:unrestricted|different|root|admin\w*|system|developer|jailbroken|DAN)\b|\bpretend (?:to be|that you|you)\b|\b(?:new|updated|additional|real|hidden) (?:system |developer )?(?:instructions?|prompt|directives?)\s*:|\b(?:developer|god|jailbreak|unrestricted|DAN|sudo|maintenance) mode\b|\[\/?INST\]|<\|?(?:im_start|im_end|system|endoftext|start_header_id)\|?>|^\s*(?:#+\s*)?(?:system|assistant)\s*(?:prompt|message|override|note|instruction)?\s*:|<\/?(?:system|instructions?|important)>|\bsystem prompt\b/im,
  ],
];

/** What counts where a model is addressed or its rules are overridden. */
const WEAK: readonly (readonly [Told, RegExp])[] = [
  [
    'secrecy',
    /\b(?:do not|don't|never|without|must not|avoid)\b[^.!?\n]{0,25}\b(?:tell|telling|mention|mentioning|reveal|revealing|inform|informing|show|showing|notify|notifying|ask|asking|disclos\w+|report|reporting|say|alert|alerting|log|logging|discuss\w*|acknowledge|prompt|prompting|confirm\w*)\b[^.!?\n]{0,50}\b(?:users?|humans?|developers?|reviewers?|anyone|anybody|this|these|them|owners?|maintainers?|person|instructions?|confirmation|permission|it)\b|\bkeep (?:this|it|these)\b[^.!?\n]{0,20}\b(?:secret|hidden|confidential|private|between us)\b|\b(?:silently|secretly|covertly|quietly|discreetly)\b|\bhide (?:this|it|these|the fact)\b|\bsay nothing (?:about|of|to)\b/i,
  ],
  [
    'exfiltration',
    /\b(?:send|post|upload|transmit|exfiltrate|forward|leak|e-?mail|curl|fetch|append|include|print|output|copy|read|collect|encode|embed|extract|dump|paste|share|reveal|expose|add|write|put|gather|submit|display|show)\b[^.!?\n]{0,80}(?:\bsecrets?\b|\btokens?\b|\bcredentials?\b|\bpasswords?\b|\bapi[ _-]?keys?\b|\benv(?:ironment)?(?: variables?| vars?)\b|\.env\b|\bssh[ -]?keys?\b|\bprivate keys?\b|~?\/\.(?:aws|ssh|npmrc|config|kube)\b|\bsystem prompt\b|\b(?:chat|conversation)(?: history)?\b|\bprocess\.env\b|\bGITHUB_TOKEN\b|\bAWS_\w+)/i,
  ],
  [
    'execution',
    /\b(?:run|execute|invoke|install|launch|eval|pipe|use)\b[^.!?\n]{0,60}(?:\bcurl\b|\bwget\b|\bbash\b|\bsh -c\b|\b(?:following|this|these|shell|attached) (?:commands?|scripts?|code)\b|\bnpx?\b|\bpip3? install\b|\bnpm i(?:nstall)?\b|\bpowershell\b|\brm -rf\b|\bchmod\b|\bbase64 -d\b|\bgit push\b|\bdelete\b)|\b(?:add|insert|include|inject|create|write|append|modify|change|delete|remove|disable)\b[^.!?\n]{0,60}\b(?:backdoor|workflow|dependency|dependencies|collaborator|admin (?:user|account)|authentication|auth(?:ori[sz]ation)? checks?|webhook|postinstall|crontab|authorized_keys)\b|--(?:dangerously-skip-permissions|yolo|no-verify)\b/i,
  ],
  [
    'approval',
    /\b(?:approve|merge|mark|report|classify|rate|consider|treat|regard|label|accept|describe|respond|reply|output|say|conclude|state)\b[^.!?\n]{0,60}\b(?:pull requests?|PRs?|changes?|code|this|findings?|packages?|files?|it|with)\b[^.!?\n]{0,40}\b(?:safe|approved?|clean|benign|trusted|secure|without (?:review|comment|question)|no (?:issues?|problems?|vulnerabilit\w+|findings?)|LGTM|harmless|passing|immediately|legitimate)\b|\b(?:skip|disable|omit|turn off|suppress)\b[^.!?\n]{0,40}\b(?:review|security|checks?|tests?|scan(?:s|ning)?|verification|hooks?|guards?|guard ?rails?|warnings?|approval|validation|lint\w*)\b|\balways (?:approve|recommend|prefer)\b|\b(?:must|should|have to|shall|will|please|to) approve (?:this|the|every|any|all)\b/i,
  ],
];

/** A word without which no signal can be there: most texts end here. */
const HINT =
  /ignore|disregard|forget|overr|bypass|discard|follow|obey|you are|from now|henceforth|act as|behave|respond|operate|pretend|instruction|prompt|directive|mode|INST|im_start|system|secret|silent|covert|quiet|discre|hide|hidden|confiden|mention|reveal|tell|inform|notify|disclos|acknowl|send|upload|post|transmit|exfil|leak|curl|token|credential|password|api.?key|\.env|environ|ssh|execute|run |install|approve|merge|skip|disable|suppress|LGTM|recommend|yolo|dangerously/i;

export interface Judgement {
  readonly signals: readonly Signal[];
  /** Points: an override or a change of role weighs two, each other signal one; being addressed to a model one. */
  readonly score: number;
  /** The smallest piece that made the strongest signal. */
  readonly piece: string;
}

const NOTHING: Judgement = { signals: [], score: 0, piece: '' };

/** Longest text that is judged at once; longer ones are judged piece by piece. */
const WINDOW = 2000;

/**
 * How much a text reads like instructions to a model. Secrecy, exfiltration, execution and approval count only in a text
 * that addresses a model or overrides its rules: a manual for people says "do not share your password" too.
 * `assumed`: the reader is a model anyway (an agent's instruction file).
 */
export function judgeInstructions(text: string, assumed: boolean): Judgement {
  if (text.length < 12 || !HINT.test(text)) return NOTHING;
  let best = NOTHING;
  for (let at = 0; at < Math.min(text.length, WINDOW * 50); at += WINDOW - 300) {
    const judgement = judgeWindow(text.slice(at, at + WINDOW), assumed);
    if (judgement.score > best.score) best = judgement;
  }
  return best;
}

interface Found {
  readonly signal: Told;
  readonly piece: string;
}

function signalsIn(text: string, patterns: readonly (readonly [Told, RegExp])[]): readonly Found[] {
  return patterns.flatMap(([signal, pattern]) => {
    const match = pattern.exec(text);
    return match === null ? [] : [{ signal, piece: match[0] }];
  });
}

function judgeWindow(text: string, assumed: boolean): Judgement {
  const strong = signalsIn(text, STRONG);
  const addressed = MODEL.test(text) && TO_YOU.test(text);
  if (!addressed && !assumed && strong.length === 0) return NOTHING;
  const found = [...strong, ...signalsIn(text, WEAK)];
  if (found.length === 0) return NOTHING;
  const counted = assumed ? found.filter(({ signal }) => signal !== 'role') : found;
  const first =
    counted.find(({ signal }) => signal === 'override') ??
    counted.find(({ signal }) => signal === 'exfiltration') ??
    counted[0];
  const points = counted.reduce((sum, { signal }) => sum + (signal === 'override' || signal === 'role' ? 2 : 1), 0);
  return {
    signals: [...(addressed ? (['address'] as const) : []), ...counted.map(({ signal }) => signal)],
    score: points + (addressed ? 1 : 0),
    piece: first?.piece ?? '',
  };
}
