import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { built, CONSTRUCTORS } from './built.ts';
import { judge } from './judge.ts';
import { rule } from './rule.ts';
import { usesOf } from './used.ts';

/** Every expression is checked for ambiguity; expressions built at run time are followed back to their source. */
export const regexDenialOfService: CodeDetector = {
  rule,
  triggers:
    /\/(?![*/])(?<=(?:[=(,:[!&|?;{}>]|return|^)\s*\/)[^\n]*[*+}]|RegExp|\bre\.|re_path|Regex|\.(?:match|matchAll|search)\(\s*[^/\s)]/m,
  detect: (facts) => [...literals(facts), ...constructed(facts), ...built(facts)],
};

function literals(facts: FileFacts): readonly Detection[] {
  return facts.nodes('regex').flatMap((node) => {
    const pattern = fieldOf(node, 'pattern');
    const flags = fieldOf(node, 'flags');
    if (pattern === undefined) return [];
    return judge(facts, {
      node,
      source: facts.text(pattern),
      flags: flags === undefined ? '' : facts.text(flags),
      text: undefined,
    });
  });
}

function constructed(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: CONSTRUCTORS }).flatMap((call) => {
    const first = call.arguments[0] ?? call.keywords.get('regex');
    if (first === undefined) return [];
    const source = facts.constant(first);
    if (typeof source !== 'string') return [];
    const written = source.replace(/\(\?P</g, '(?<');
    return judge(facts, {
      node: call.node,
      source: anchored(facts, call, written),
      flags: '',
      text: call.arguments[TEXT_AT[call.origin ?? ''] ?? call.arguments.length],
    });
  });
}

/** Where Python's functions take the text that is matched. */
const TEXT_AT: Readonly<Record<string, number>> = {
  're.match': 1,
  're.search': 1,
  're.fullmatch': 1,
  're.findall': 1,
  're.finditer': 1,
  're.split': 1,
  're.sub': 2,
};

/**
 * `re.match` and `re.fullmatch` try the start of the text only, and so do the methods of a compiled expression;
 * `fullmatch` fails, and takes back, where the text goes on.
 */
function anchored(facts: FileFacts, call: Call, source: string): string {
  const methods =
    call.origin === 're.compile'
      ? usesOf(facts, call.node).map(({ parent }) => (parent === null ? '' : facts.text(parent)))
      : [call.origin ?? ''];
  const all = (pattern: RegExp) => methods.length > 0 && methods.every((each) => pattern.test(each));
  if (!all(/\.(?:full)?match$/)) return source;
  return methods.some((each) => /\.fullmatch$/.test(each)) ? `^(?:${source})$` : `^(?:${source})`;
}
