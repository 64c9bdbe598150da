import type { Node } from '../../../detectors/guardrail/support/tree.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Readers, Reading } from './reading.ts';

/** A tree on one line: scalars as JSON, calls by name, what only a run can tell between ‹ and ›, tags in front. */
export function shown(node: Node): string {
  switch (node.kind) {
    case 'scalar':
      return `${node.tag === undefined ? '' : `${node.tag} `}${JSON.stringify(node.value)}`;
    case 'opaque':
      return `‹${node.text}›`;
    case 'call':
      return `${node.name}(${node.args.map(shown).join(', ')})`;
    case 'list':
      return `[${node.items.map(shown).join(', ')}]`;
    case 'map': {
      const entries = node.entries.map(
        ({ key, labels, value }) =>
          `${[key, ...(labels ?? []).map((label) => `“${label}”`)].join(' ')}: ${shown(value)}`,
      );
      return `{${entries.join(', ')}}`;
    }
  }
}

/** The pieces of the source that a tree's entries claim as theirs. */
function pieces(node: Node, source: string): readonly string[] {
  const own = node.kind === 'opaque' ? [] : [source.slice(node.start, node.end)];
  switch (node.kind) {
    case 'map':
      return [
        ...own,
        ...node.entries.flatMap((entry) => [
          source.slice(entry.keyStart, entry.keyEnd),
          ...pieces(entry.value, source),
        ]),
      ];
    case 'list':
      return [...own, ...node.items.flatMap((item) => pieces(item, source))];
    case 'call':
      return [...own, ...node.args.flatMap((item) => pieces(item, source))];
    default:
      return [source.slice(node.start, node.end)];
  }
}

/** What is said, or with which words and where the reader gave up. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (error instanceof CountersignError) return `! ${error.message.split('. Repair')[0]}`;
    throw error;
  }
}

function trees(format: string, cases: readonly (readonly [string, string])[], read: Parse): readonly Reading[] {
  return cases.map(([source, expected]) => ({
    name: `${format} ${JSON.stringify(source.slice(0, 80))}`,
    expected,
    says: (readers: Readers) => attempt(() => read(readers)(source).map(shown).join(' --- ')),
  }));
}

type Parse = (readers: Readers) => (source: string) => readonly Node[];

const hcl: Parse = (readers) => (source) => readers.hcl.parseHcl(source, 'a.tf');
const yaml: Parse = (readers) => (source) => readers.yaml.parseYaml(source, 'a.yml', false);
const tolerantYaml: Parse = (readers) => (source) => readers.yaml.parseYaml(source, 'a.yml', true);
const json: Parse = (readers) => (source) => readers.json.parseJson(source, 'a.json', false);
const tolerantJson: Parse = (readers) => (source) => readers.json.parseJson(source, 'a.json', true);
const toml: Parse = (readers) => (source) => readers.toml.parseToml(source, 'a.toml');

const deep = (open: string, close: string, levels: number) => `${open.repeat(levels)}${close.repeat(levels)}`;

const HCL: readonly (readonly [string, string])[] = [
  // Bodies: attributes, blocks with labels, comments of three kinds.
  ['', '{}'],
  ['\ufeffa = 1\r\nb = 2\r\n', '{a: 1, b: 2}'],
  ['resource "aws_s3_bucket" logs {\n  acl = "private"\n}', '{resource “aws_s3_bucket” “logs”: {acl: "private"}}'],
  ['locals {}\nlocals { a = 1 }', '{locals: {}, locals: {a: 1}}'],
  ['a = 1 # one\nb = 2 // two\n/* three\n*/ c /* key */ = /* value */ 3 # end', '{a: 1, b: 2, c: 3}'],
  ['// only a comment', '{}'],
  ['a /* label */ "b" {}', '{a “b”: {}}'],
  ['straße-1 = true', '{straße-1: true}'],
  // Literals.
  ['a = -1.5e3\nb = true\nc = false\nd = null', '{a: -1500, b: true, c: false, d: null}'],
  ['a = "x\\ty\\n\\"z\\" \\\\ \\r"', '{a: "x\\ty\\n\\"z\\" \\\\ \\r"}'],
  ['a = "\\u0041\\U0001F600 \\constructor"', '{a: "A😀 \\\\constructor"}'],
  ['a = 1 == 2\nb = "x" == "y"', '{a: ‹1 == 2›, b: ‹"x" == "y"›}'],
  // Templates: what stands inside an interpolation does not end the string.
  ['a = "${b["c"]}-${d}" // e', '{a: "${b[\\"c\\"]}-${d}"}'],
  [
    'a = "${upper("}")}"\nb = "%{ if x == "}" }y%{ endif }"',
    '{a: "${upper(\\"}\\")}", b: "%{ if x == \\"}\\" }y%{ endif }"}',
  ],
  ['a = "${ { b = "c" }.b }"', '{a: "${ { b = \\"c\\" }.b }"}'],
  ['a = "$${b"\nc = "%%{d"', '{a: "$${b", c: "%%{d"}'],
  ['a = "${"public-read"}"', '{a: "public-read"}'],
  ['a = "$5 100% {"', '{a: "$5 100% {"}'],
  // Here-documents.
  ['a = <<EOT\nx\n  EOT\n', '{a: "x\\n"}'],
  ['a = <<-END-1\n  EOT\n  END-1\nb = 1', '{a: "  EOT\\n", b: 1}'],
  ['a = <<E\nlast line without an end\nE', '{a: "last line without an end\\n"}'],
  ['a = f(<<E\nx\nE\n, 1)', '{a: f("x\\n", 1)}'],
  ['a = b + <<E\n}\nE\nc = 1', '{a: ‹b + <<E\n}\nE›, c: 1}'],
  // Lists, objects, calls.
  ['a = [1, "b", [c],\n  # comment\n  d.e,\n]', '{a: [1, "b", [‹c›], ‹d.e›]}'],
  ['a = []\nb = {}\nc = f()', '{a: [], b: {}, c: f()}'],
  ['a = { b = 1, "c" : 2\n d = [3] }', '{a: {b: 1, c: 2, d: [3]}}'],
  ['a = {\n  b = c.d\n\n  e =\n    f\n}', '{a: {b: ‹c.d›, e: ‹f›}}'],
  [
    'a = { (local.name) = 1, (var.x["}"]) : 2, f(1, 2).b = 3 }',
    '! a.tf:1 cannot be read: “=” or “:” was expected in an object',
  ],
  ['a = { (local.name) = 1, (f(1, 2)) = 2 }', '{a: {(local.name): 1, (f(1, 2)): 2}}'],
  ['a = { [1] = 2, 3 = 4 }', '{a: {: 2, 3: 4}}'],
  ['a = f(b, g(1,\n 2), [3])', '{a: f(‹b›, g(1, 2), [3])}'],
  ['a = f(b...)', '{a: f(‹b...›)}'],
  ['a = provider::aws::arn_parse(b)\nc = 1', '{a: provider::aws::arn_parse(‹b›), c: 1}'],
  // What only a run can tell.
  ['a = var.x ? 1 : 2\nb = 3', '{a: ‹var.x ? 1 : 2›, b: 3}'],
  ['a = (1 +\n 2)\nb = 3', '{a: ‹(1 +\n 2)›, b: 3}'],
  ['a = b[0].c\nd = e.*.f\ng = h.0.i', '{a: ‹b[0].c›, d: ‹e.*.f›, g: ‹h.0.i›}'],
  ['a = !b\nc = -d', '{a: ‹!b›, c: ‹-d›}'],
  ['a = f(1) + 2\nb = [1][0]', '{a: ‹f(1) + 2›, b: ‹[1][0]›}'],
  ['a = [for b, c in d : { e = [b, c] }]\nf = 1', '{a: ‹[for b, c in d : { e = [b, c] }]›, f: 1}'],
  ['a = { for b in c : b => "}" if b != "" }\nd = 1', '{a: ‹{ for b in c : b => "}" if b != "" }›, d: 1}'],
  ['a = [forest, formatted]\nb = { forest = 1 }', '{a: [‹forest›, ‹formatted›], b: {forest: 1}}'],
  ['a = b < c\nd = 1', '{a: ‹b < c›, d: 1}'],
  ['a = 1 # b\n', '{a: 1}'],
  ['a = b /* c */ + 1', '{a: ‹b /* c */ + 1›}'],
  // What is broken says where.
  ['a = 1\n= 2', '! a.tf:2 cannot be read: a name was expected'],
  ['a == 1', '! a.tf:1 cannot be read: “=” or a block was expected after a'],
  ['a\nb = 1', '! a.tf:1 cannot be read: “=” or a block was expected after a'],
  ['a =\n', '! a.tf:1 cannot be read: a value was expected'],
  ['a = 1\nb {\n  c = 1\n', '! a.tf:4 cannot be read: a block is not closed'],
  ['}', '! a.tf:1 cannot be read: a name was expected'],
  ['a = [1', '! a.tf:1 cannot be read: a comma or “]” was expected'],
  ['a = [1,', '! a.tf:1 cannot be read: a list is not closed'],
  ['a = [1}', '! a.tf:1 cannot be read: a comma or “]” was expected'],
  ['a = { b = 1', '! a.tf:1 cannot be read: an object is not closed'],
  ['a = { b }', '! a.tf:1 cannot be read: “=” or “:” was expected in an object'],
  ['a = f(1', '! a.tf:1 cannot be read: a comma or “)” was expected'],
  ['a = f(1,', '! a.tf:1 cannot be read: a call is not closed'],
  ['a = f(1]', '! a.tf:1 cannot be read: a comma or “)” was expected'],
  ['a = (1\nb = "public-read"', '! a.tf:2 cannot be read: a bracket is not closed'],
  ['a = [for b in c : b', '! a.tf:1 cannot be read: a bracket is not closed'],
  ['\n\na = "b', '! a.tf:3 cannot be read: a string is not closed'],
  ['a = "b\\"', '! a.tf:1 cannot be read: a string is not closed'],
  ['a = "${b', '! a.tf:1 cannot be read: an interpolation is not closed'],
  ['a = <<E\nb\n', '! a.tf:2 cannot be read: a here-document is not closed'],
  ['a = 1 /* b', '! a.tf:1 cannot be read: a comment is not closed'],
  [`a = ${deep('[', ']', 299)}`, `{a: ${deep('[', ']', 299)}}`],
  [`a = ${deep('[', ']', 400)}`, '! a.tf:1 cannot be read: it is nested deeper than 300 levels'],
  [deep('a {', '}', 400), '! a.tf:1 cannot be read: it is nested deeper than 300 levels'],
];

const SAMPLE_HCL = 'a "b" {\n  c = "d" # e\n  f = [g.h, 1]\n  i = { "j" : k(2) }\n}\nl = <<E\nm\nE\n';

const YAML: readonly (readonly [string, string])[] = [
  ['', ''],
  ['# only a comment\n', ''],
  ['a: 1\nb: "2"\nc: true\nd: ~\ne:\nf: 1.5\n', '{a: 1, b: "2", c: true, d: null, e: null, f: 1.5}'],
  ['- a\n- [b, {c: d}]\n- - e\n', '["a", ["b", {c: "d"}], ["e"]]'],
  ['a: 1\n---\nb: 2\n---\n', '{a: 1} --- {b: 2} --- null'],
  ['true: 1\n2: b\n[c]: d\n', '{true: 1, 2: "b", : "d"}'],
  ['a: !Ref b\nc: !!str 1\nd: ! e\nf: plain', '{a: !Ref "b", c: "1", d: ! "e", f: "plain"}'],
  // Anchors are the same node again; `<<` brings entries in, before the mapping's own.
  ['a: &x {b: 1, c: 2}\nd: *x\n', '{a: {b: 1, c: 2}, d: {b: 1, c: 2}}'],
  ['a: &x {b: 1}\nd:\n  c: 3\n  <<: *x\n', '{a: {b: 1}, d: {b: 1, c: 3}}'],
  ['a: &x {b: 1}\nc: &y {d: 2}\ne:\n  <<: [*x, *y, 3]\n', '{a: {b: 1}, c: {d: 2}, e: {b: 1, d: 2}}'],
  ['a:\n  <<: text\n  b: 1\n', '{a: {<<: "text", b: 1}}'],
  ['a: &x\n  b: *x\n', '{a: {b: ‹*x›}}'],
  ['a: *nowhere\n', '{a: ‹*nowhere›}'],
  [
    'a: 1\nb: [\n',
    '! a.yml:3 cannot be read: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a: 1\na: 2\n', '{a: 1, a: 2}'],
  [`a: ${deep('[', ']', 298)}`, `{a: ${deep('[', ']', 298)}}`],
  [`a: ${deep('[', ']', 320)}`, '! a.yml cannot be read: it is nested deeper than 300 levels'],
];

const TOLERANT_YAML: readonly (readonly [string, string])[] = [['a: 1\nb: [\n', '{a: 1, b: []}']];

const JSON_CASES: readonly (readonly [string, string])[] = [
  ['{"a": 1, "b": [true, null, "c"], "d": {}}', '{a: 1, b: [true, null, "c"], d: {}}'],
  ['// comment\n{"a": [1, /* two */ 2,],}', '{a: [1, 2]}'],
  ['[]', '[]'],
  ['"a"', '"a"'],
  ['{"a": {"b": 1}, "a": 2}', '{a: {b: 1}, a: 2}'],
  ['{"a": 1\n"b": 2}', '! a.json:2 cannot be read: not JSON (CommaExpected)'],
  ['{"a": 1,\n\n', '! a.json:3 cannot be read: not JSON (PropertyNameExpected)'],
  [deep('[', ']', 300), deep('[', ']', 300)],
  [deep('[', ']', 301), '! a.json cannot be read: it is nested deeper than 300 levels'],
];

const TOLERANT_JSON: readonly (readonly [string, string])[] = [
  ['{"a": [1, {"b": 2', '{a: [1, {b: 2}]}'],
  ['{"a": 1 "b": 2}', '{a: 1, b: 2}'],
];

const TOML: readonly (readonly [string, string])[] = [
  ['', '{}'],
  ['a = 1\n"b c" = "x"\nd = [1, [2]]\ne = 1.5\nf = true', '{a: 1, b c: "x", d: [1, [2]], e: 1.5, f: true}'],
  ['a.b.c = 1\na.b.d = 2', '{a: {b: {c: 1, d: 2}}}'],
  ['a = { b = 1, c.d = 2 }', '{a: {b: 1, c: {d: 2}}}'],
  ['[a]\nb = 1\n[a.c]\nd = 2', '{a: {b: 1, c: {d: 2}}}'],
  ['[a.b]\nc = 1\n[a]\nd = 2', '{a: {b: {c: 1}, d: 2}}'],
  ['[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3', '{a: [{b: 1}, {b: 2, c: {d: 3}}]}'],
  ['[[a.b]]\nc = 1\n[[a.b.d]]\ne = 1\n[[a.b.d]]\ne = 2', '{a: {b: [{c: 1, d: [{e: 1}, {e: 2}]}]}}'],
  ['a = 2026-01-02', '{a: "2026-01-02T00:00:00.000Z"}'],
  ['a = 9007199254740993', '{a: 9007199254740992}'],
  ['a = 1\nb = = 2', '! a.toml:2 cannot be read: Unexpected token'],
];

const SHELL: readonly (readonly [string, string])[] = [
  ['', ''],
  ['a "b c" && d | e; f \\\n g # h\n\'i;j\' k', 'a·b c | d | e | f·g | i;j·k'],
  ['a "b\\"c" \'d\\\' e\\ f g\\\\h', 'a·b"c·d\\·e f·g\\h'],
  ['a 2>&1 b & c', 'a·2>&1·b | c'],
  ['a "" b', 'a··b'],
  ["a''b \"c\"'d'", 'ab·cd'],
  ['# comment\na#b #c', 'a#b'],
  ['a || b\n\n\tc', 'a | b | c'],
  ['a "unclosed; b', 'a·unclosed; b'],
];

const TEMPLATES: readonly (readonly [string, string, string])[] = [
  // Path, text, dialect.
  ['a.yml', 'a: 1', 'none'],
  ['a.yml', 'a: ${{ github.ref }}', 'none'],
  ['a.yml', 'a: {{ .Values.x }}', 'helm'],
  ['a.yml', '{{- if .Values.x }}\na: 1\n{{- end }}', 'helm'],
  ['a.yml', 'a: {{ x }}', 'none'],
  ['chart/templates/a.yml', 'a: {{ x }}', 'helm'],
  ['chart/templates/a.yml', 'a: x', 'none'],
  ['a.yml.j2', 'a: {{ x }}', 'jinja'],
  ['a.yml.j2', 'a: x', 'none'],
  ['a.yml', '{% if x %}\na: 1\n{% endif %}', 'jinja'],
  ['a.yml.erb', 'a: <%= x %>', 'erb'],
  ['a.yml.erb', 'a: <% x', 'erb'],
  ['a.yml', 'a: <% x %>', 'erb'],
  ['a.yml', 'a: <% x', 'jinja'],
];

const NEUTRAL: readonly (readonly [string, string])[] = [
  ['a: {{ .x }}\n', 'a: T_______\n'],
  ['a: {{ true }}\nb: {{ .x | default 30 }}', 'a: true      \nb: 30                   '],
  ['a: {{ default false .x }}', 'a: false                 '],
  ['{{- if y }}\nb: 1\n  {{- end }}', '#__________\nb: 1\n  #_________'],
  ['{{ a\nb }}', '#___\n#___'],
  ['a: <%= x %>\n<% y %>\n{% z %}{# c #}', 'a: T_______\n       \n              '],
  ['a: ${{ github.ref }}', 'a: ${{ github.ref }}'],
];

const POSITIONS: readonly (readonly [number, number, string])[] = [
  // Offsets into "ab\ncd\n\ne", and the span they are.
  [0, 2, '1:1-1:3'],
  [0, 3, '1:1-1:4'],
  [1, 5, '1:2-2:3'],
  [3, 3, '2:1-2:2'],
  [6, 6, '3:1-3:2'],
  [7, 8, '4:1-4:2'],
];

function spanShown(span: object): string {
  const { line, column, endLine, endColumn } = { line: 0, column: 0, endLine: 0, endColumn: 0, ...span };
  return `${line}:${column}-${endLine}:${endColumn}`;
}

/** What is asked of the readers of formats. */
export const FORMAT_READINGS: readonly Reading[] = [
  ...trees('HCL', HCL, hcl),
  ...trees('YAML', YAML, yaml),
  ...trees('YAML of a template', TOLERANT_YAML, tolerantYaml),
  ...trees('JSON', JSON_CASES, json),
  ...trees('JSON of a template', TOLERANT_JSON, tolerantJson),
  ...trees('TOML', TOML, toml),
  {
    name: 'HCL: every entry and value is where the source has it',
    expected: 'a|{|c|"d"|f|[g.h, 1]|g.h|1|i|{ "j" : k(2) }|"j"|k(2)|2|l|<<E\nm\nE',
    says: (readers) =>
      readers.hcl
        .parseHcl(SAMPLE_HCL, 'a.tf')
        .flatMap((root) => pieces(root, SAMPLE_HCL).slice(1))
        .map((piece) => (piece.startsWith('a "b"') ? '{' : piece))
        .join('|'),
  },
  ...SHELL.map(([source, expected]) => ({
    name: `shell ${JSON.stringify(source)}`,
    expected,
    says: (readers: Readers) =>
      readers.shell
        .commandsIn(source, 0)
        .map(({ words }) => words.join('·'))
        .join(' | '),
  })),
  {
    name: 'a command is where it was written, on one line',
    expected: '10 a b  c|23 d',
    says: (readers) =>
      readers.shell
        .commandsIn('a  b \\\n c &&\td', 10)
        .map(({ start, source }) => `${start} ${source}`)
        .join('|'),
  },
  ...TEMPLATES.map(([path, source, expected]) => ({
    name: `the template dialect of ${path} with ${JSON.stringify(source)}`,
    expected,
    says: (readers: Readers) => readers.template.templateDialect(path, source) ?? 'none',
  })),
  ...NEUTRAL.map(([source, expected]) => ({
    name: `a template's text ${JSON.stringify(source)} without its directives`,
    expected,
    says: (readers: Readers) => readers.template.neutralizeTemplate(source),
  })),
  ...POSITIONS.map(([start, end, expected]) => ({
    name: `the span from ${start} to ${end}`,
    expected,
    says: (readers: Readers) => spanShown(readers.lines.spanOf(readers.lines.lineIndex('ab\ncd\n\ne'), start, end)),
  })),
];
