import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import type { Sink } from '../support/tainted.ts';

/** What makes a path whole, as the guards take it: only then a test of its beginning says anything. */
const MADE_WHOLE = /(?:resolve(?:Path|d)?|normalize|realpath|realpathSync|join|abspath)\s*\(/;
/** Their results end in no separator, the top of a disk aside (documentation of Node.js and of Python's os.path). */
const BARE = /^(?:path\.resolve|fs\.realpathSync|os\.path\.(?:abspath|realpath|normpath)|~process\.cwd|os\.getcwd)$/;
const JOINED = /^(?:path|os\.path)\.join$/;

const REMEDIATION =
  'Test for the folder with its separator (root + path.sep, os.path.join(root, "")), or ask path.relative, os.path.commonpath or Path.is_relative_to.';

/**
 * `full.startsWith('/srv/data')` is true of `/srv/data-old/…` as well. Told where the test stands, since that is what has
 * to change. A root that is worked out weighs little where no request chooses the path: most have no such neighbour.
 */
export function* openPrefixes(facts: FileFacts, call: Call): Generator<Sink> {
  const [prefix, second] = call.arguments;
  if (call.receiver === null || prefix === undefined || second !== undefined) return;
  const known = facts.constant(prefix);
  const isOutside = known !== undefined || facts.flow(call.receiver, 'path')?.strength === 'remote';
  const level = isOutside ? 'warning' : 'note';
  if (known === undefined ? !isBare(facts, prefix) : !(typeof known === 'string' && isOpen(known))) return;
  const made = facts.definition(call.receiver) ?? call.receiver;
  if (!MADE_WHOLE.test(facts.text(made))) return;
  yield {
    at: call.node,
    value: call.receiver,
    kind: 'path',
    what: 'A test for a folder without its separator lets other folders through that begin with the same name; the path is made from',
    remediation: REMEDIATION,
    atLeast: 'parameter',
    level,
  };
}

/** `full.indexOf(root) === 0` says what `startsWith` says. */
export function asksForStart(facts: FileFacts, call: Call): boolean {
  const around = call.node.parent;
  const other =
    around?.type === 'binary_expression' ? around.children.find((child) => child.field === 'right') : undefined;
  return other !== undefined && facts.constant(other) === 0;
}

/** `..` and the top of a disk are asked for on their own account. */
function isOpen(prefix: string): boolean {
  return /[^./\\]$/.test(prefix) && prefix.length > 1;
}

function isBare(facts: FileFacts, prefix: Syntax): boolean {
  if (/^__dirname$/.test(facts.text(prefix))) return true;
  const made = facts.definition(prefix) ?? prefix;
  const call = facts.calls().find(({ node }) => node === made);
  if (call?.origin === undefined || call.origin === null) return false;
  if (BARE.test(call.origin)) return true;
  const last = JOINED.test(call.origin) ? call.arguments.at(-1) : undefined;
  const ending = last === undefined ? undefined : facts.constant(last);
  return typeof ending === 'string' && isOpen(ending);
}
