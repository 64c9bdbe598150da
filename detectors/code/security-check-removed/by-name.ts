import type { Successor } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { within } from '../support/around.ts';
import { protects, turnsAway } from '../support/refusals.ts';
import { GUARD_NAME, withoutComments } from '../support/security.ts';
import type { Loss } from './loss.ts';
import { reachOf } from './reach.ts';

/** `access`: somebody is turned away. `protection`: requests are limited or cleaned. */
type Kind = 'access' | 'protection';

/** Names under which the frameworks of `runByName` take what they run. */
const RUN = /\b(?:middleware|proxy|onRequest|handle|default)\b|^module\.exports\s*=/;
const EXPORTS = ['export_statement', 'assignment_expression'];
/** Modules of these libraries are handed to an application, which then misses them. */
const REGISTERED =
  /(?:from|require\()\s*['"](?:(?:express|koa|fastify|hono|elysia|polka|connect|redux)['"/]|@(?:reduxjs|nestjs|hono|trpc)\/)/;
/** A file of `server/middleware` that Nitro runs, and not a module of another server. */
const NITRO =
  /ventHandler\b|fromNodeMiddleware|\bdefine(?:Handler|Middleware)\b|['"][\w@/-]*(?:h3|nitro|nuxt|#imports)/;
const BODIES: ReadonlySet<string> = new Set(['statement_block', 'type_annotation']);

/** What the base did in front of every request, and nothing that runs there now does. */
export function lostByName(before: FileFacts, successors: readonly Successor[]): readonly Loss[] {
  if (!isRun(before)) return [];
  const taken = new Set(successors.flatMap(({ facts, before: formerly }) => newIn(facts, formerly)));
  return lossesOf(
    before,
    taken,
    (what) => `"${fileOf(before)}", which ran before every request, ${what}, and is gone.`,
  );
}

/**
 * The same where the file stays and no longer does it. A module that the head brings in may do it now: then nothing is
 * said here.
 */
export function emptiedByName(facts: FileFacts, before: FileFacts): readonly Loss[] {
  if (!isRun(before)) return [];
  const known = new Set(modulesOf(before));
  if (modulesOf(facts).some((module) => !known.has(module))) return [];
  const held = new Set(kindsOf(facts).keys());
  const at = facts.nodes('export_statement')[0] ?? facts.nodes('program')[0];
  if (at === undefined) return [];
  return lossesOf(before, held, (what) => `"${fileOf(facts)}" ${what} before every request, and no longer does.`).map(
    (loss) => ({ ...loss, at }),
  );
}

function lossesOf(before: FileFacts, held: ReadonlySet<Kind>, say: (what: string) => string): readonly Loss[] {
  return [...kindsOf(before)]
    .filter(([kind]) => !held.has(kind))
    .map(([kind, at]) => ({
      at,
      message: say(kind === 'access' ? 'checked who may' : 'limited or cleaned requests'),
      level: kind === 'access' ? 'error' : 'warning',
    }));
}

/** What a successor took over: a file that did the same before took over nothing. */
function newIn(facts: FileFacts, formerly: FileFacts | null): readonly Kind[] {
  const had = formerly === null ? new Map<Kind, Syntax>() : kindsOf(formerly);
  return [...kindsOf(facts).keys()].filter((kind) => !had.has(kind));
}

function isRun(facts: FileFacts): boolean {
  const text = withoutComments(facts.program.text);
  if (facts.isTest || REGISTERED.test(text)) return false;
  return !/(?:^|\/)server\/middleware\//.test(facts.path) || NITRO.test(text);
}

function kindsOf(facts: FileFacts): ReadonlyMap<Kind, Syntax> {
  const found = new Map<Kind, Syntax>();
  for (const root of EXPORTS.flatMap((type) => facts.nodes(type))) {
    const head = withoutComments(headOf(facts, root));
    if (!RUN.test(head)) continue;
    if (!found.has('access') && GUARD_NAME.test(head)) found.set('access', root);
    for (const { node: part } of reachOf({ facts, elsewhere: null }, root, undefined)) {
      if (!found.has('access') && turnsAway(facts, part)) found.set('access', root);
      if (!found.has('protection') && protects(facts, part)) found.set('protection', root);
    }
  }
  return found;
}

/** An export without what its functions do: `export default clerkMiddleware(async (auth, request) => )`. */
function headOf(facts: FileFacts, root: Syntax): string {
  let text = '';
  let at = root.start;
  for (const body of within(root, BODIES)) {
    if (body.start < at) continue;
    text += facts.text(root).slice(at - root.start, body.start - root.start);
    at = body.end;
  }
  return text + facts.text(root).slice(at - root.start);
}

/** Modules of the repository that a file uses. */
function modulesOf(facts: FileFacts): readonly string[] {
  const text = withoutComments(facts.program.text);
  return [...text.matchAll(/(?:from|import|require\(|import\()\s*['"]([.~@$#][^'"]*)['"]/g)].map(
    ([, name]) => name ?? '',
  );
}

function fileOf(facts: FileFacts): string {
  return facts.path.slice(-80);
}
