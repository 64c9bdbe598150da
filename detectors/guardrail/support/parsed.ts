import type { FileSide } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { parseHcl } from './hcl.ts';
import { parseJson } from './json.ts';
import { latest } from './latest.ts';
import { type LineIndex, lineIndex } from './lines.ts';
import { isProgram } from './program.ts';
import { type Dialect, neutralizeTemplate, templateDialect } from './template.ts';
import { parseToml } from './toml.ts';
import type { Node } from './tree.ts';
import { asUnreadable, CONFIGURATION_LIMIT, unreadable } from './unreadable.ts';
import { parseYaml } from './yaml.ts';

/** A configuration file as trees: one per YAML document, one for the other formats. */
export interface Parsed {
  readonly roots: readonly Node[];
  readonly lines: LineIndex;
  readonly template: Dialect | null;
}

export type Format = 'yaml' | 'json' | 'hcl' | 'toml';

const FORMATS: readonly (readonly [RegExp, Format])[] = [
  [/\.ya?ml$/, 'yaml'],
  [/\.(?:json|jsonc|json5|template)$|(?:^|\/)\.(?:eslintrc|prettierrc|babelrc|swcrc)$/, 'json'],
  [/\.(?:tf|tfvars|hcl)$/, 'hcl'],
  [/\.toml$/, 'toml'],
];

const TEMPLATE_SUFFIX = /\.(?:j2|jinja2?|erb|tpl|tmpl|gotmpl)$/i;

const promised = latest((path): Format | null => {
  if (isProgram(path)) return null;
  const name = path.toLowerCase().replace(TEMPLATE_SUFFIX, '');
  return FORMATS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
});

/** The format that a file's name promises, a template's suffix put aside; null where it promises none. */
export function formatOf(path: string): Format | null {
  return promised(path);
}

/** A parse, or why there is none: the failure is kept too, so that no rule tries again. */
const MEMO = new WeakMap<FileSide, Parsed | CountersignError>();

/**
 * The file's trees, parsed once per side however many rules ask. Links and submodules have none. Throws CountersignError
 * `unreadable-file` with the place.
 */
export function parsed(side: FileSide): Parsed {
  const known = MEMO.get(side);
  if (known instanceof CountersignError) throw known;
  if (known !== undefined) return known;
  try {
    const fresh = parseSide(side);
    MEMO.set(side, fresh);
    return fresh;
  } catch (error) {
    const failure = asUnreadable(side.path, error);
    MEMO.set(side, failure);
    throw failure;
  }
}

const NOTHING: Parsed = { roots: [], lines: { starts: [0] }, template: null };

/** Whether a side is ordinary file content, not a link's target or a submodule. */
export function isContent(side: FileSide): boolean {
  return side.mode !== '120000' && side.mode !== '160000';
}

function parseSide(side: FileSide): Parsed {
  if (!isContent(side)) return NOTHING;
  if (side.binary !== undefined) throw unreadable(side.path, undefined, 'it is binary where text was expected');
  if (side.text.length > CONFIGURATION_LIMIT) {
    throw unreadable(side.path, undefined, `it is longer than ${CONFIGURATION_LIMIT} characters`);
  }
  const format = formatIn(side);
  const template = templateDialect(side.path, side.text);
  const text = template === null ? side.text : neutralizeTemplate(side.text);
  return { roots: rootsOf(text, side.path, format, template !== null), lines: lineIndex(side.text), template };
}

/**
 * What a file is: `.template` is CloudFormation's, which takes JSON and YAML, and everybody else's for a file that is still
 * to be filled in.
 */
function formatIn(side: FileSide): Format | null {
  const format = formatOf(side.path);
  if (format !== 'json' || !/\.template$/i.test(side.path) || /^\s*[{[]/.test(side.text)) return format;
  return /^(?:AWSTemplateFormatVersion|Resources)["']?\s*:/m.test(side.text) ? 'yaml' : null;
}

function rootsOf(text: string, path: string, format: Format | null, tolerant: boolean): readonly Node[] {
  switch (format) {
    case 'yaml':
      return parseYaml(text, path, tolerant);
    case 'json':
      return parseJson(text, path, tolerant);
    case 'hcl':
      return parseHcl(text, path);
    case 'toml':
      return parseToml(text, path);
    default:
      return [];
  }
}

const LINES = new WeakMap<FileSide, LineIndex>();

/** The line index of a side's text, built once. */
export function linesOf(side: FileSide): LineIndex {
  const known = LINES.get(side);
  if (known !== undefined) return known;
  const fresh = lineIndex(side.text);
  LINES.set(side, fresh);
  return fresh;
}
