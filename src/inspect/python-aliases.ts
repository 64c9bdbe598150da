import { childOf, type Program, type Syntax } from './syntax.ts';

const known = new WeakMap<Program, ReadonlyMap<string, string>>();
const MAX_ALIAS = 500;
const MAX_HOPS = 3;

/**
 * A type as it would be written without the names that the module gave to parts of it: `Folder` of
 * `Folder = Annotated[Path, Depends(user_folder)]` (FastAPI, "Share Annotated dependencies"; typing, "Type aliases").
 */
export function unaliased(type: string, program: Program): string {
  const aliases = aliasesOf(program);
  if (aliases.size === 0) return type;
  let written = type;
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    const before = written;
    written = written.replace(/(?<![\w.'"])[A-Za-z_]\w*(?![\w.(])/g, (word) => aliases.get(word) ?? word);
    if (written === before || written.length > 4 * MAX_ALIAS) break;
  }
  return written;
}

function aliasesOf(program: Program): ReadonlyMap<string, string> {
  const before = known.get(program);
  if (before !== undefined) return before;
  const found = new Map<string, string>();
  const text = (node: Syntax): string => program.text.slice(node.start, node.end);
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    const right = childOf(node, 'right');
    if (left?.type !== 'identifier' || right === null || right.end - right.start > MAX_ALIAS) continue;
    if (right.type !== 'subscript_expression' || !/^(?:\w+\.)?(?:Annotated|Literal|Optional|Union)\[/.test(text(right)))
      continue;
    found.set(text(left), text(right));
  }
  known.set(program, found);
  return found;
}
