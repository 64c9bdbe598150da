import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import type { Detection } from '../../src/core/detection.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import type { CodeDetector } from '../../src/inspect/detector.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';
import { createScopes } from '../../src/inspect/scopes.ts';
import { ancestorOf, type Program, type Syntax } from '../../src/inspect/syntax.ts';
import { readFixtures } from './fixtures.ts';

/** Rules that compare two sides have no shape of one. */
const ofOneSide = CODE_DETECTORS.filter(({ rule }) => !rule.requires.includes('beforeAfter'));

function found(detector: CodeDetector, path: string, text: string): readonly Detection[] {
  const file = { path, before: null, after: { path, text, blob: '', mode: '100644' }, scope: 'all' } as const;
  return analyse(file, [detector]).detections;
}

function parsed(path: string, text: string): Program {
  const program = parseProgram(path, text);
  if (program === null) throw new Error(`${path} is no program`);
  return program;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { start, end, text: other } of [...edits].sort((a, b) => b.start - a.start))
    result = result.slice(0, start) + other + result.slice(end);
  return result;
}

const LITERAL = new Set(['template_string', 'string', 'regex', 'comment', 'jsx_element', 'jsx_self_closing_element']);

/** White space within lines grows, and lines move apart: everywhere where white space means nothing. */
function laidOutAnew(path: string, text: string): string {
  const edits: Edit[] = [];
  for (const gap of text.matchAll(/(?<=[,;{}()[\]=+]) |\n/g)) {
    if (insideLiteral(parsedOnce(path, text), gap.index)) continue;
    edits.push({ start: gap.index, end: gap.index + 1, text: gap[0] === ' ' ? '   ' : '\n\n' });
  }
  return edited(text, edits);
}

const programs = new Map<string, Program>();
function parsedOnce(path: string, text: string): Program {
  const known = programs.get(path + text) ?? parsed(path, text);
  programs.set(path + text, known);
  return known;
}

function insideLiteral(program: Program, at: number): boolean {
  const inside = (node: Syntax): boolean => node.start < at && at < node.end;
  for (const type of LITERAL) if ((program.byType.get(type) ?? []).some(inside)) return true;
  return false;
}

/** Names that say what role a value has, which is part of the mistake. */
const ROLES = /^(?:_?req|res|request|response|ctx|context|next|err|error|e|event|app|router|reply|c|t)$/;

/** Every variable and parameter under another name, where nobody outside sees it. */
function renamed(path: string, text: string): string {
  const program = parsed(path, text);
  const scopes = createScopes(program);
  const edits = new Map<number, Edit>();
  for (const node of program.byType.get('identifier') ?? []) {
    const binding = scopes.lookup(node);
    if (binding === null || (binding.kind !== 'variable' && binding.kind !== 'parameter')) continue;
    if (binding.declaration.type !== 'identifier' || ROLES.test(binding.name)) continue;
    if (ancestorOf(binding.declaration, new Set(['export_statement'])) === binding.declaration.parent?.parent?.parent)
      continue;
    const uses = [binding.declaration, ...scopes.references(binding)];
    if (uses.some((use) => use.type !== 'identifier' || use.parent?.type === 'export_specifier')) continue;
    for (const { start, end } of [...uses, node]) edits.set(start, { start, end, text: `${binding.name}2` });
  }
  return edited(text, [...edits.values()]);
}

const lineOf = (each: Detection): number => each.locations[0].startLine;
const shapeOf = (each: Detection): string => each.fingerprint;

describe.each(ofOneSide.map((detector) => [detector.rule.id, detector] as const))(
  'the shapes of %s',
  (id, detector) => {
    const fixtures = readFixtures(id).filter(({ path }) => /\.[cm]?[jt]s$/.test(path));
    const shapes = (path: string, text: string): readonly string[] => found(detector, path, text).map(shapeOf);

    it('stay what they are in another layout, further down and in another file', () => {
      for (const { path, file } of fixtures) {
        const { text } = file.after;
        const before = shapes(path, text);
        expect(shapes(path, laidOutAnew(path, text)), path).toEqual(before);
        expect(shapes(path, `// Moved.\n\n\n${text}`), path).toEqual(before);
        expect(shapes(`other/${path}`, text), path).toEqual(before);
      }
    });

    it('stay what they are under other names, wherever the mistake is still one', () => {
      let compared = 0;
      for (const { path, file } of fixtures) {
        const before = Map.groupBy(found(detector, path, file.after.text), lineOf);
        const after = Map.groupBy(found(detector, path, renamed(path, file.after.text)), lineOf);
        for (const [line, own] of after) {
          const had = before.get(line);
          // A name can be what makes the mistake one.
          if (had?.length !== own.length) continue;
          expect(own.map(shapeOf).sort(), `${path}:${line}`).toEqual(had.map(shapeOf).sort());
          compared += 1;
        }
      }
      if (fixtures.length > 0) expect(compared).toBeGreaterThan(1);
    });
  },
);
