import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import type { Sink } from '../support/tainted.ts';
import { answer } from './markup.ts';

/** Files whose markup nobody reads as a page. */
const NO_PAGE = /\.(?:txt|text|md|sql|ya?ml|json|toml|ini|conf|cfg|py|sh|tex|csv)(?:\.\w+)?$/i;

/**
 * Jinja escapes only where its environment is told to ("Autoescaping"), and `{{ value|safe }}` never does: values handed
 * to such a template stand in the page as they are.
 */
export function* templates(facts: FileFacts): Generator<Sink> {
  if (facts.program.dialect !== 'python' || !/jinja2|\|\s*safe\b/.test(facts.program.text)) return;
  for (const call of facts.callsLike({ from: JINJA })) {
    const from = call.origin ?? '';
    if (from === 'flask.render_template_string') {
      const text = call.arguments[0] === undefined ? undefined : facts.constant(call.arguments[0]);
      for (const [name, value] of call.keywords)
        if (typeof text === 'string' && new RegExp(`\\{\\{-?\\s*${name}\\s*\\|\\s*safe\\b`).test(text))
          yield answer(call.node, value);
      continue;
    }
    const template = call.receiver === null ? null : (facts.definition(call.receiver) ?? call.receiver);
    const made = template?.type === 'call_expression' ? template : null;
    if (made === null || !rendersRaw(facts, made)) continue;
    for (const value of [...call.arguments, ...call.keywords.values()]) yield answer(call.node, value);
  }
}

const JINJA = oneOf(
  /^flask\.render_template_string$|^jinja2\.(?:Template\(\)|Environment\(\)\.(?:get_template|from_string)\(\))\.render$/,
);

/** `Template('<p>{{ x }}</p>')`, `Environment(…).get_template('page.html')` without escaping. */
function rendersRaw(facts: FileFacts, made: Syntax): boolean {
  const calls = facts.calls();
  const maker = calls.find(({ node }) => node === made);
  const named = maker?.arguments[0] === undefined ? undefined : facts.constant(maker.arguments[0]);
  if (maker === undefined || typeof named !== 'string') return false;
  const isMarkup = maker.name === 'get_template' ? !NO_PAGE.test(named) : /<\w/.test(named);
  if (!isMarkup) return false;
  const environment = maker.receiver === null ? null : (facts.definition(maker.receiver) ?? maker.receiver);
  const own = maker.name === 'Template' ? maker : calls.find(({ node }) => node === environment);
  const escapes = own?.keywords.get('autoescape');
  if (own === undefined) return false;
  return escapes === undefined || facts.constant(escapes) === false;
}
