import type { Handler } from './facts.ts';
import type { HandlerNeeds } from './handler-needs.ts';
import { bare, childOf, FUNCTIONS, type Program, partsOf, type Syntax } from './syntax.ts';

const NEXT_METHODS = /^(?:GET|POST|PUT|PATCH|DELETE)$/;

/** Next.js route handlers and pages, server actions, AWS Lambda. */
export function exportedHandlers(needs: HandlerNeeds): Handler[] {
  const { program } = needs;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const found: Handler[] = [];
  const add = (node: Syntax, framework: string, method: string, registration: Syntax): void => {
    found.push({ node, framework, method, route: null, middleware: [], registration });
  };
  const hasActions = program.text.includes('use server');
  const isActions = hasActions && /^\s*['"]use server['"]/m.test(program.text.slice(0, 300));
  for (const statement of program.byType.get('export_statement') ?? []) {
    const declaration = childOf(statement, 'declaration') ?? childOf(statement, 'value');
    if (declaration === null) continue;
    for (const [at, fn] of declaredFunctions(declaration, needs)) {
      const called = at === null ? '' : name(at);
      if (NEXT_METHODS.test(called)) add(fn, 'next', called.toLowerCase(), statement);
      else if (/^(?:loader|load|getServerSideProps)$/.test(called) && takesRequest(fn, program))
        add(fn, 'load', 'get', statement);
      else if (called === 'action' && takesRequest(fn, program)) add(fn, 'load', 'post', statement);
      else if (called === 'handler' && !/\bdefault\b/.test(program.text.slice(statement.start, statement.start + 20)))
        add(fn, 'lambda', 'any', statement);
      else if (answersEvent(fn, program)) add(fn, 'lambda', 'any', statement);
      else if (isActions || bodyDirective(fn, program)) add(fn, 'action', 'post', statement);
    }
  }
  for (const fn of formActions(needs)) add(fn, 'load', 'post', fn);
  if (hasActions && /['"]use server['"]/.test(program.text)) {
    // A server action inside a component is handed to the page without being exported.
    for (const type of ['function_declaration', 'arrow_function', 'function_expression'])
      for (const fn of program.byType.get(type) ?? [])
        if (bodyDirective(fn, program) && !found.some(({ node }) => node === fn)) add(fn, 'action', 'post', fn);
  }
  for (const node of program.byType.get('assignment_expression') ?? []) {
    const left = childOf(node, 'left');
    if (left?.type !== 'member_expression' || !/^(?:module\.)?exports\.\w+$/.test(name(left))) continue;
    const right = childOf(node, 'right');
    if (right === null) continue;
    const fn = needs.functionOf(right);
    if (fn !== null && (/\.(?:handler|lambdaHandler)$/.test(name(left)) || answersEvent(fn, program)))
      add(fn, 'lambda', 'any', node);
  }
  for (const fn of program.dialect === 'python' ? (program.byType.get('function_declaration') ?? []) : []) {
    const at = childOf(fn, 'name');
    const list = childOf(fn, 'parameters');
    // AWS documentation, "Lambda function handler in Python": any name, with an event and a context.
    if (at === null || list === null) continue;
    if (name(at) === 'lambda_handler' || /^\(\s*_?event\b[^,()]*,\s*_?context\b/.test(name(list)))
      add(fn, 'lambda', 'any', fn);
  }
  return found;
}

/** AWS documentation, "Lambda function handler in Node.js": any exported name. It takes the event and answers with a status. */
function answersEvent(fn: Syntax, program: Program): boolean {
  const list = childOf(fn, 'parameters');
  const first = childOf(fn, 'parameter') ?? (list === null ? undefined : partsOf(list)[0]);
  return (
    first !== undefined &&
    /^_?ev(?:en)?t\b/.test(program.text.slice(first.start, first.end)) &&
    /\bstatusCode\b/.test(program.text.slice(fn.start, Math.min(fn.end, fn.start + 8_000)))
  );
}

/** Remix's `loader` and `action`, SvelteKit's `load`: they take apart one object that holds the request. */
function takesRequest(fn: Syntax, program: Program): boolean {
  const list = childOf(fn, 'parameters');
  const first = list === null ? undefined : partsOf(list)[0];
  return (
    first !== undefined &&
    /^\{[^}]*\b(?:request|req|params|query|url|cookies|context)\b|:\s*\w*(?:LoaderFunctionArgs|ActionFunctionArgs|LoaderArgs|ActionArgs|LoadEvent|RequestEvent)\b/.test(
      program.text.slice(first.start, first.end),
    )
  );
}

/** SvelteKit: `export const actions = { default: async ({ request }) => … }` */
function formActions({ program, functionOf }: HandlerNeeds): readonly Syntax[] {
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  return (program.byType.get('export_statement') ?? []).flatMap((statement) =>
    (childOf(statement, 'declaration')?.children ?? []).flatMap((part) => {
      const at = childOf(part, 'name');
      const value = childOf(part, 'value');
      if (part.type !== 'variable_declarator' || at === null || value === null || name(at) !== 'actions') return [];
      const table = bare(value);
      return table.type === 'object'
        ? table.children.flatMap((member) => {
            const given = member.type === 'method_definition' ? member : childOf(member, 'value');
            const fn = given === null ? null : functionOf(given);
            return fn !== null && takesRequest(fn, program) ? [fn] : [];
          })
        : [];
    }),
  );
}

function bodyDirective(fn: Syntax, program: Program): boolean {
  const body = childOf(fn, 'body');
  return body !== null && /^\{\s*['"]use server['"]/.test(program.text.slice(body.start, body.start + 40));
}

function declaredFunctions(declaration: Syntax, needs: HandlerNeeds): readonly (readonly [Syntax | null, Syntax])[] {
  if (FUNCTIONS.has(declaration.type)) return [[childOf(declaration, 'name'), declaration]];
  const found: (readonly [Syntax | null, Syntax])[] = [];
  for (const part of declaration.children) {
    if (part.type !== 'variable_declarator') continue;
    const value = childOf(part, 'value');
    const fn = value === null ? null : needs.functionOf(value);
    if (fn !== null) found.push([childOf(part, 'name'), fn]);
  }
  return found;
}
