import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { codeRule } from '../support/rule.ts';
import { option, weight } from '../support/tainted.ts';

const rule = codeRule({
  id: 'xml-external-entity',
  shortDescription: 'An XML parser is told to resolve entities',
  help: 'Entities of a document can name local files and internal addresses, whose content then appears in the parsed result, and nested ones fill the memory. Leave entity resolution and DTD loading off; in Python use defusedxml.',
  cwe: [611, 776],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Leave noent, dtdload and entity resolution off; in Python use defusedxml.';
const LIBXML =
  /^libxmljs2?(?:-mt)?\.(?:parseXml|parseXmlString|parseXmlAsync|parseXmlStringAsync|SaxParser|XmlDocument\.fromXml)$|^~libxmljs\.\w+$|^libxml-xsd|^libxmljs\.Document\.fromXml$|^libxml2-wasm/;
const PYTHON =
  /^(?:xml\.(?:etree\.(?:ElementTree|cElementTree)|dom\.minidom|dom\.pulldom|sax)\.(?:parse|fromstring|parseString|iterparse|XML|make_parser)|xml\.sax\.(?:parse|parseString))$/;

/** Parsers with entity resolution switched on, and where their documents come from. */
export const xmlExternalEntity: CodeDetector = {
  rule,
  triggers: /xml/i,
  detect: (facts) => facts.calls().flatMap((call) => inCall(facts, call)),
};

function inCall(facts: FileFacts, call: Call): readonly Detection[] {
  const from = call.origin ?? '';
  const [document] = call.arguments;
  if (LIBXML.test(from)) {
    const on = ['noent', 'replaceEntities', 'dtdload', 'expandEntities'].find((name) =>
      isOn(facts, option(facts, call, name)),
    );
    const flags = option(facts, call, 'option');
    if (
      flags !== null &&
      /XML_PARSE_(?:NOENT|DTDLOAD|DTDATTR|XINCLUDE)/.test(facts.text(facts.definition(flags) ?? flags))
    )
      return [found(facts, call, document, 'libxml is told to resolve entities')];
    return on === undefined ? [] : [found(facts, call, document, `libxml is told to resolve entities (${on})`)];
  }
  if (/^(?:lxml\.etree\.XMLParser|lxml\.etree\.iterparse)$/.test(from)) {
    const on = isOn(facts, option(facts, call, 'resolve_entities')) || isOn(facts, option(facts, call, 'load_dtd'));
    return on ? [found(facts, call, document, 'lxml is told to resolve entities')] : [];
  }
  if (/^(?:node-expat\.Parser|sax\.parser|expat)/.test(from) || /^fast-xml-parser\.XMLParser$/.test(from)) {
    const entities = option(facts, call, 'resolveExternalEntities') ?? option(facts, call, 'externalEntities');
    return isOn(facts, entities)
      ? [found(facts, call, document, 'The parser is told to resolve external entities')]
      : [];
  }
  if (
    call.name === 'setFeature' &&
    document !== undefined &&
    /feature_external_ges|external-general-entities/.test(facts.text(document)) &&
    isOn(facts, call.arguments[1] ?? null)
  ) {
    return [found(facts, call, undefined, 'The parser is told to resolve external entities')];
  }
  // lxml resolves entities unless it is given a parser that does not.
  const lxml = /^lxml\.etree\.(?:fromstring|parse|XML|fromstringlist|iterparse)$/.test(from);
  const bare = lxml && call.arguments.length === 1 && !call.keywords.has('parser');
  if ((PYTHON.test(from) || bare) && document !== undefined) {
    const flow = facts.flow(document, 'code');
    if (flow?.strength !== 'remote') return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: `A parser that expands entities reads XML from ${flow.source}.`,
        remediation: REMEDIATION,
        level: 'warning',
        confidence: 'medium',
        flow,
      }),
    ];
  }
  return [];
}

function found(facts: FileFacts, call: Call, document: Syntax | undefined, what: string): Detection {
  const flow = document === undefined ? null : facts.flow(document, 'code');
  const strength = flow?.strength ?? 'parameter';
  const { level, confidence } = strength === 'unknown' ? weight('parameter') : weight(strength);
  const message =
    flow === null || flow.strength === 'unknown'
      ? `${what}.`
      : `${what}, for a document that comes from ${flow.source}.`;
  return facts.finding({ rule, at: call.node, message, remediation: REMEDIATION, level, confidence, flow });
}

function isOn(facts: FileFacts, value: Syntax | null): boolean {
  if (value === null) return false;
  const known = facts.constant(value);
  return known === true || known === 1 || facts.text(value) === 'True';
}
