import ts from 'typescript';

/** One change of a condition that a test ought to notice. */
export interface Mutant {
  readonly id: number;
  /** From the repository's root. */
  readonly path: string;
  readonly line: number;
  /** Offsets of what is replaced in the module's source. */
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
}

export interface Instrumented {
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

/** The name under which the running program asks whether a mutant is switched on. */
export const SWITCH = '__mutant';

const FLIPPED: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
]);

/**
 * A module with all its mutants in it, each behind a switch: one load of the program serves for all of them.
 * Conditions become true and false, parts of `&&` and `||` are left out, comparisons and negations are turned round.
 * @param firstId the number of the first mutant; numbers are unique over all modules of a run
 */
export function instrument(path: string, source: string, firstId: number): Instrumented {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];

  function emit(node: ts.Node): string {
    const own = withParts(node);
    const replacements = replacementsOf(node);
    if (replacements.length === 0) return own;
    const switched = replacements.map((replacement) => {
      const id = firstId + mutants.length;
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const [start, end] = [node.getStart(file), node.getEnd()];
      mutants.push({ id, path, line: line + 1, start, end, original: node.getText(file), replacement });
      return `${SWITCH}(${id}) ? (${replacement}) : `;
    });
    return `(${switched.join('')}(${own}))`;
  }

  /** The text of a node with its parts instrumented. */
  function withParts(node: ts.Node): string {
    let text = '';
    let at = node.getStart(file);
    ts.forEachChild(node, (child) => {
      const start = child.getStart(file);
      if (start < at) return;
      text += source.slice(at, start) + (isType(child) ? child.getText(file) : emit(child));
      at = child.getEnd();
    });
    return text + source.slice(at, node.getEnd());
  }

  function replacementsOf(node: ts.Node): readonly string[] {
    if (!ts.isExpression(node) || !isValue(node)) return [];
    const found: string[] = [];
    const { parent } = node;
    const decides =
      (ts.isIfStatement(parent) && parent.expression === node) ||
      (ts.isConditionalExpression(parent) && parent.condition === node);
    if (decides) found.push('true', 'false');
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken)
        found.push(node.left.getText(file), node.right.getText(file));
      const flipped = decides ? undefined : FLIPPED.get(kind);
      if (flipped !== undefined && !isLoopCondition(node))
        found.push(`${node.left.getText(file)} ${flipped} ${node.right.getText(file)}`);
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken && !decides)
      found.push(node.operand.getText(file));
    return found;
  }

  const text = emit(file) + source.slice(file.getEnd());
  return { text: source.slice(0, file.getStart(file)) + text, mutants };
}

function isType(node: ts.Node): boolean {
  return ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** Something that can stand in parentheses. */
function isValue(node: ts.Expression): boolean {
  return !ts.isOmittedExpression(node) && !ts.isSpreadElement(node);
}

/** A loop whose end is moved may never end; that says nothing about the tests. */
function isLoopCondition(node: ts.Node): boolean {
  for (let up: ts.Node = node; up.parent !== undefined; up = up.parent) {
    const { parent } = up;
    if (ts.isForStatement(parent)) return parent.condition === up || parent.incrementor === up;
    if (ts.isWhileStatement(parent) || ts.isDoStatement(parent)) return parent.expression === up;
    if (ts.isBlock(parent) || ts.isFunctionLike(parent)) return false;
  }
  return false;
}
