import { describe, expect, it } from 'vitest';
import { CODE_DETECTORS } from '../../detectors/code/index.ts';
import type { Detection } from '../../src/core/detection.ts';
import { analyse } from '../../src/inspect/analyse.ts';
import type { CodeDetector } from '../../src/inspect/detector.ts';
import { parseProgram } from '../../src/inspect/grammars.ts';
import { createScopes } from '../../src/inspect/scopes.ts';
import { ancestorOf, type Program, type Syntax } from '../../src/inspect/syntax.ts';
import { type Fixture, readFixtures } from './fixtures.ts';

/** What a rule finds in a fixture under a path, both of its sides changed in the same way. */
function found(
  detector: CodeDetector,
  { file }: Fixture,
  path: string,
  change: (path: string, text: string) => string,
): readonly Detection[] {
  const side = (text: string) => ({ path, text: change(path, text), blob: '', mode: '100644' });
  const before = file.before === null ? null : side(file.before.text);
  return analyse({ path, before, after: side(file.after.text), scope: file.scope }, [detector]).detections;
}

const asItIs = (_: string, text: string): string => text;
const movedDown = (path: string, text: string): string => `${path.endsWith('.py') ? '#' : '//'} Moved.\n\n\n${text}`;

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
    // Python's continued lines end where they end.
    if (insideLiteral(parsedOnce(path, text), gap.index) || text[gap.index - 1] === '\\') continue;
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
const ROLES = /^(?:self|cls|_?req|res|request|response|ctx|context|next|err|error|e|event|app|router|reply|c|t)$/;

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
    if (isKnownByName(program, binding.name, binding.declaration)) continue;
    if (uses.some((use) => use.type !== 'identifier' || use.parent?.type === 'export_specifier')) continue;
    for (const { start, end } of [...uses, node]) edits.set(start, { start, end, text: `${binding.name}2` });
  }
  return edited(text, [...edits.values()]);
}

/** Python's keywords, attributes of classes and names that several functions share are known elsewhere by their name. */
function isKnownByName(program: Program, called: string, declaration: Syntax): boolean {
  if (program.dialect !== 'python') return false;
  const isCalled = (node: Syntax): boolean => program.text.slice(node.start, node.end) === called;
  if (declaration.parent?.parent?.parent?.parent?.type === 'class_declaration') return true;
  return ['keyword_argument', 'global_statement', 'nonlocal_statement'].some((type) =>
    (program.byType.get(type) ?? []).some((node) =>
      node.children.some((child) => (type !== 'keyword_argument' || child.field === 'name') && isCalled(child)),
    ),
  );
}

const lineOf = (each: Detection): number => each.locations[0].startLine;
const shapeOf = (each: Detection): string => each.fingerprint;

describe.each(CODE_DETECTORS.map((detector) => [detector.rule.id, detector] as const))(
  'the shapes of %s',
  (id, detector) => {
    const fixtures = readFixtures(id).filter(({ path }) => /\.(?:[cm]?[jt]s|[jt]sx|py)$/.test(path));
    const shapes = (fixture: Fixture, path: string, change: (path: string, text: string) => string) =>
      found(detector, fixture, path, change).map(shapeOf);

    it('stay what they are in another layout, further down and in another file', () => {
      for (const fixture of fixtures) {
        const { path } = fixture;
        const before = shapes(fixture, path, asItIs);
        expect(shapes(fixture, path, laidOutAnew), path).toEqual(before);
        expect(shapes(fixture, path, movedDown), path).toEqual(before);
        expect(shapes(fixture, `other/${path}`, asItIs), path).toEqual(before);
      }
    });

    it('stay what they are under other names, wherever the mistake is still one', () => {
      let compared = 0;
      for (const fixture of fixtures) {
        const { path } = fixture;
        const before = Map.groupBy(found(detector, fixture, path, asItIs), lineOf);
        const after = Map.groupBy(found(detector, fixture, path, renamed), lineOf);
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
