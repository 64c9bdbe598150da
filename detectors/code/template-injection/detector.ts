import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isTagged, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'template-injection',
  shortDescription: 'The text of a template comes from somebody else',
  help: 'A template is a program: whoever writes it reads the variables of the server and, in most engines, runs code. Keep templates in files of your own and pass values as variables; where people write templates, use an engine without logic.',
  cwe: [1336, 94],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Render a fixed template and hand the value to it as a variable.';
const ENGINES = oneOf(
  /^(?:ejs\.(?:render|compile)|pug\.(?:render|compile|compileClient)|jade\.(?:render|compile)|handlebars\.(?:compile|precompile|default\.compile)|~Handlebars\.compile|nunjucks\.(?:renderString|compile|(?:Environment|configure)\(\)\.renderString)|mustache\.render|lodash\.template|~_\.template|underscore\.template|dot\.(?:template|compile)|doT\.template|eta\.(?:render|renderString|compile|Eta\(\)\.renderString)|squirrelly\.render|swig\.(?:render|compile)|liquidjs\.Liquid\(\)\.(?:parseAndRender|parse)\w*|hogan\.js\.compile|twig\.twig|art-template\.(?:render|compile)|velocityjs\.render|marko\.\w+|vue\.compile|flask\.render_template_string|jinja2\.(?:Template|Environment\(\)\.from_string)|mako\.template\.Template|tornado\.template\.Template|bottle\.(?:template|SimpleTemplate|jinja2_template|mako_template)|~Template|chameleon\.Page(?:Text)?Template|genshi\.template\.\w+Template|Cheetah\.Template\.Template|flask\.stream_template_string|django\.template\.(?:Template|engines\.\w+\.from_string)|chevron\.render|pystache\.render|angular\.\w+|es6-template-strings|template7\.compile)$/,
);
const RENDER = oneOf(/^(?:render|from_string)$/);
/** What frameworks call the Jinja environment they keep: `app.jinja_env`, `templates.env`. */
const ENVIRONMENT = /(?:^|[._])(?:jinja\w*|env|environment|engine)$/i;

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: ENGINES, named: RENDER })) {
    const template = call.arguments[0] ?? call.keywords.get('text') ?? call.keywords.get('source');
    const from = call.origin;
    if (template === undefined || isTagged(call)) continue;
    // Whose `Template` it is a fragment does not say: what is rendered is Django's, Jinja's or Mako's.
    if (from === '~Template' && (facts.program.dialect !== 'python' || !/\.render\(/.test(facts.program.text)))
      continue;
    if (from !== null && ENGINES(from)) {
      const safe = /mustache|hogan/.test(from);
      yield { ...text(call.node, template, 'parameter'), ...(safe ? { level: 'warning' } : {}) };
    } else if (
      call.name === 'from_string' &&
      call.receiver !== null &&
      !/Sandboxed/.test(from ?? '') &&
      ENVIRONMENT.test(facts.text(call.receiver))
    ) {
      yield text(call.node, template, 'remote');
    } else if (
      call.name === 'render' &&
      call.receiver !== null &&
      /^(?:res|response|reply|ctx)$/.test(facts.text(call.receiver))
    ) {
      yield {
        at: call.node,
        value: template,
        kind: 'path',
        what: 'Which template is rendered comes from',
        remediation: 'Choose the template from a fixed list.',
        atLeast: 'remote',
        level: 'warning',
      };
    }
  }
}

function text(at: Syntax, value: Syntax, atLeast: Sink['atLeast']): Sink {
  return { at, value, kind: 'template', what: 'The text of a template comes from', remediation: REMEDIATION, atLeast };
}

/** Follows the text of templates back to where it comes from. */
export const templateInjection: CodeDetector = {
  rule,
  triggers: /template|render|compile|Template|from_string|twig/i,
  detect: (facts) => taintedSinks(facts, rule, sinks(facts)),
};
