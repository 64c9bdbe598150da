import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { CountersignError, messageOf } from '../core/errors.ts';
import { applyPolicy } from '../policy/apply.ts';
import { explainPolicy } from '../policy/explain.ts';
import { type PolicyText, problemText } from '../policy/read.ts';
import { resolvePolicy } from '../policy/resolve.ts';
import { plainText } from '../report/markdown.ts';
import type { CommandIo } from './io.ts';

/** The file is somebody's text: what it makes us say is one line without control characters. */
const MAX_LINE = 2000;
const DEFAULT_FILE = '.github/countersign.yml';

const HELP = `countersign config check [FILE] [--explain] [--organisation FILE] [--base FILE]

Checks a policy file (default ${DEFAULT_FILE}) and tells every problem with its line and column.
--explain       every value, and the layer it comes from
--organisation  the organisation's file, on which the repository's rests
--base          a guarded base branch's own file, which can only tighten

Exit code: 0 valid, 1 not valid, 2 wrong use.
`;

export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = options(argv);
  if (values.help === true) {
    io.stdout(HELP);
    return 0;
  }
  const [verb, path, ...more] = positionals;
  if (verb !== 'check' || more.length > 0) {
    throw new CountersignError('bad-usage', 'the form is `countersign config check [FILE] [--explain]`.');
  }
  const [repository, organisation, base] = await Promise.all([
    path === undefined ? optional(DEFAULT_FILE) : required(path),
    values.organisation === undefined ? null : required(values.organisation),
    values.base === undefined ? null : required(values.base),
  ]);
  const resolved = resolvePolicy({ repository, organisation, base });
  for (const problem of resolved.problems) io.stderr(`${plainText(problemText(problem), MAX_LINE)}\n`);
  if (values.explain === true) {
    const { lines, width } = explainPolicy(resolved);
    for (const { key, value, origin } of lines) {
      io.stdout(`${plainText(key, MAX_LINE).padEnd(width)}  ${plainText(value, MAX_LINE)}  (${origin})
`);
    }
  }
  if (resolved.problems.length > 0) {
    io.stderr('The policy is not valid: until it is mended, the strictest defaults apply.\n');
    return 1;
  }
  for (const note of applyPolicy(resolved.policy, resolved.notes, io.now()).notes)
    io.stderr(`${plainText(note, MAX_LINE)}\n`);
  if (values.explain !== true) {
    io.stdout(
      repository === null ? `There is no ${DEFAULT_FILE}: the defaults apply.\n` : `${repository.label} is valid.\n`,
    );
  }
  return 0;
}

function options(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        explain: { type: 'boolean' },
        organisation: { type: 'string' },
        base: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new CountersignError('bad-usage', messageOf(error), { cause: error });
  }
}

async function required(path: string): Promise<PolicyText> {
  try {
    return { text: await readFile(path, 'utf8'), label: path };
  } catch (error) {
    throw new CountersignError('bad-usage', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function optional(path: string): Promise<PolicyText | null> {
  try {
    return { text: await readFile(path, 'utf8'), label: path };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new CountersignError('bad-usage', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
