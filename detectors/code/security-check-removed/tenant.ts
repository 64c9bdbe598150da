import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, within } from '../support/around.ts';

const CALLS: ReadonlySet<string> = new Set(['call_expression']);
/** PostgreSQL, "set_config", "SET ROLE"; row policies read what is set. */
const SETS =
  /\bset_config\s*\(\s*'([\w.]+)'|\bset\s+(?:local\s+|session\s+)?([\w]+\.[\w.]+)\s*(?:=|to)|\bset\s+(?:local\s+)?(role|search_path)\b/i;
const ENTERS =
  /^(?:(?:set|use|with|enter|switch|activate)_?(?:current_?)?(?:tenant|schema|org(?:ani[sz]ation)?|workspace)\w*|(?:tenant|schema)_?context|runWithTenant)$/i;

/** Whose rows a function's queries see, as it tells the database or the library: `app.tenant`, `tenant_context`. */
export function tenantsIn(facts: FileFacts, unit: Syntax): ReadonlySet<string> {
  const found = new Set<string>();
  for (const call of within(unit, CALLS)) {
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? '' : facts.text(fieldOf(callee, 'property') ?? callee);
    if (ENTERS.test(name)) found.add(name);
    const [first] = fieldOf(call, 'arguments')?.children ?? [];
    const said = first === undefined ? null : facts.shape(first);
    const match = said === null ? null : SETS.exec(said);
    if (match !== null) found.add(match[1] ?? match[2] ?? match[3] ?? '');
  }
  // A template tag: prisma.$executeRaw`SELECT set_config('app.tenant', …)`
  for (const text of within(unit, TEMPLATES)) {
    const match = SETS.exec(facts.text(text));
    if (match !== null) found.add(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return found;
}

const TEMPLATES: ReadonlySet<string> = new Set(['template_string']);
