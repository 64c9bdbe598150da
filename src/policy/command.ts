/** What a comment asks of us. */
export type ParsedCommand =
  | { readonly state: 'none' }
  | { readonly state: 'malformed'; readonly verb: string; readonly problem: string }
  | { readonly state: 'command'; readonly command: Command };

export type Command =
  | {
      readonly verb: 'sign';
      readonly handles: readonly string[] | 'all';
      readonly reportCode: string;
      readonly reason: string;
    }
  | {
      readonly verb: 'refuse';
      readonly handles: readonly string[] | 'all';
      readonly reportCode: string;
      readonly reason: string;
    }
  | { readonly verb: 'revoke'; readonly reason: string }
  | { readonly verb: 'break-glass'; readonly reportCode: string; readonly reason: string }
  | { readonly verb: 'explain'; readonly handle: string }
  | { readonly verb: 'wrong'; readonly handle: string; readonly reason: string }
  | { readonly verb: 'cancel' | 'recheck' | 'status' | 'help' };

/** GitHub refuses longer comments (65,536 characters); a first line of this length is no command. */
const LONGEST_LINE = 2000;
const HANDLE = /^F[1-9][0-9]{0,5}$/i;
const CODE = /^r-[0-9a-z]{8}$/i;
const VERBS = [
  'sign',
  'approve',
  'refuse',
  'revoke',
  'cancel',
  'explain',
  'wrong',
  'break-glass',
  'recheck',
  'status',
  'help',
];

/** The verb that was meant where it was written with one slip of the finger; else what was written. */
export function verbMeant(given: string): string {
  const verb = given.toLowerCase();
  return VERBS.find((known) => isOneSlip(verb, known)) ?? verb;
}

/** One letter too many, too few or another one, or two that changed places. */
function isOneSlip(given: string, meant: string): boolean {
  let same = 0;
  while (same < given.length && given[same] === meant[same]) same += 1;
  const [written, wanted] = [given.slice(same), meant.slice(same)];
  const swapped = `${wanted[1] ?? ''}${wanted[0] ?? ''}${wanted.slice(2)}`;
  return (
    written.slice(1) === wanted ||
    written === wanted.slice(1) ||
    written.slice(1) === wanted.slice(1) ||
    written === swapped
  );
}

/**
 * Reads a comment's body: one command, at the very start of its first line. Quotes, code, HTML comments and later
 * lines are never looked at, since none of them starts with the command's own characters.
 */
export function parseCommand(body: string): ParsedCommand {
  const [line] = body.split(/\r\n|[\n\r\u2028\u2029\v\f]/u, 1);
  if (line === undefined || !/^\/countersign(?:[ \t]|$)/.test(line)) return { state: 'none' };
  if (line.length > LONGEST_LINE) return malformed('', `the line is longer than ${LONGEST_LINE} characters`);

  const [verb = 'help', ...words] = line
    .slice('/countersign'.length)
    .split(/[ \t]+/)
    .filter((word) => word !== '');
  switch (verb.toLowerCase()) {
    case 'sign':
    case 'approve':
      return parseDecision('sign', words);
    case 'refuse':
      return parseDecision('refuse', words);
    case 'revoke':
      return withReason('revoke', words, (reason) => ({ verb: 'revoke', reason }));
    case 'break-glass':
      return parseBreakGlass(words);
    case 'explain':
      return parseExplain(words);
    case 'wrong':
      return parseWrong(words);
    case 'cancel':
    case 'recheck':
    case 'status':
    case 'help':
      return parseBare(verb.toLowerCase(), words);
    default:
      return malformed(shortened(verb), `there is no such command; there are ${VERBS.join(', ')}`);
  }
}

function parseDecision(verb: 'sign' | 'refuse', words: readonly string[]): ParsedCommand {
  const { handles, rest } = takeHandles(words);
  const [code, ...reasonWords] = rest;
  if (handles.length === 0) {
    return malformed(verb, 'it names no finding: write F1, several (F1 F3), or all, after the verb');
  }
  const all = handles.includes('all');
  if (all && handles.length > 1) return malformed(verb, 'it names both all and single findings');
  if (code === undefined || !CODE.test(code)) {
    return malformed(verb, 'the report code (r- and eight characters) is missing after the findings');
  }
  return withReason(verb, reasonWords, (reason) => ({
    verb,
    handles: all ? 'all' : handles,
    reportCode: code.toLowerCase(),
    reason,
  }));
}

function parseBreakGlass(words: readonly string[]): ParsedCommand {
  const [code, ...reasonWords] = words;
  if (code === undefined || !CODE.test(code)) {
    return malformed('break-glass', 'the report code (r- and eight characters) is missing after the verb');
  }
  const reportCode = code.toLowerCase();
  return withReason('break-glass', reasonWords, (reason) => ({ verb: 'break-glass', reportCode, reason }));
}

function parseExplain(words: readonly string[]): ParsedCommand {
  const { handles, rest } = takeHandles(words);
  const [handle] = handles;
  if (handle === undefined || handle === 'all' || handles.length > 1) {
    return malformed('explain', 'it takes one finding, like F1');
  }
  if (rest.length > 0) return malformed('explain', `it does not know what to do with "${shortened(rest.join(' '))}"`);
  return { state: 'command', command: { verb: 'explain', handle } };
}

function parseWrong(words: readonly string[]): ParsedCommand {
  const { handles, rest } = takeHandles(words);
  const [handle] = handles;
  if (handle === undefined || handle === 'all' || handles.length > 1) {
    return malformed('wrong', 'it takes one finding, like F1');
  }
  return withReason('wrong', rest, (reason) => ({ verb: 'wrong', handle, reason }));
}

function parseBare(verb: 'cancel' | 'recheck' | 'status' | 'help' | string, words: readonly string[]): ParsedCommand {
  if (words.length > 0) return malformed(verb, `it takes nothing more, and was given "${shortened(words.join(' '))}"`);
  if (verb !== 'cancel' && verb !== 'recheck' && verb !== 'status' && verb !== 'help') return { state: 'none' };
  return { state: 'command', command: { verb } };
}

function withReason(verb: string, words: readonly string[], make: (reason: string) => Command): ParsedCommand {
  const reason = words.join(' ');
  const problem = problemOfReason(reason);
  return problem === null ? { state: 'command', command: make(reason) } : malformed(verb, problem);
}

/** A reason says something: not nothing, not the template that the report prints. Null where it is fine. */
export function problemOfReason(reason: string): string | null {
  if (reason.trim() === '') return 'the reason is missing at the end: say why this is fine';
  if (/<\s*(?:reason|why)\s*>/i.test(reason))
    return 'the reason is still the template: say in your own words why this is fine';
  const letters = reason.match(/\p{L}/gu) ?? [];
  if (letters.length < 8 || new Set(letters).size < 4) {
    return 'the reason is too short to mean anything to the next reader: say in a few words why this is fine';
  }
  return null;
}

function takeHandles(words: readonly string[]): { handles: string[]; rest: string[] } {
  const handles: string[] = [];
  let taken = 0;
  for (const word of words) {
    const parts = word.split(',').filter((part) => part !== '');
    const read = parts.map((part) =>
      part.toLowerCase() === 'all' ? 'all' : HANDLE.test(part) ? part.toUpperCase() : null,
    );
    if (read.length === 0 || read.includes(null)) break;
    handles.push(...read.filter((each) => each !== null));
    taken += 1;
  }
  return { handles: [...new Set(handles)], rest: words.slice(taken) };
}

function malformed(verb: string, problem: string): ParsedCommand {
  return { state: 'malformed', verb, problem };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
