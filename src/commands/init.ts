import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError, messageOf } from '../core/errors.ts';
import { firstPolicy } from '../policy/explain.ts';
import { policyJsonSchema } from '../policy/schema.ts';
import type { CommandIo } from './io.ts';

const HELP = `countersign init [DIRECTORY]

Writes a first policy, .github/countersign.yml, with every key described and commented out at its default, and beside
it the JSON Schema that editors check it with. Nothing that is there is overwritten.
`;

const SCHEMA_FILE = 'countersign.schema.json';

export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const [directory, ...more] = argv;
  if (directory === '--help' || directory === '-h') {
    io.stdout(HELP);
    return 0;
  }
  if (more.length > 0 || directory?.startsWith('-')) {
    throw new CountersignError('bad-usage', 'the form is `countersign init [DIRECTORY]`.');
  }
  const folder = join(directory ?? '.', '.github');
  await mkdir(folder, { recursive: true });
  const policy = join(folder, 'countersign.yml');
  if (!(await written(policy, firstPolicy(`./${SCHEMA_FILE}`), io))) return 1;
  await written(join(folder, SCHEMA_FILE), `${JSON.stringify(policyJsonSchema(), null, 2)}\n`, io);
  io.stdout(
    `Next: read it, commit it to the default branch, and make "countersign" a required check, pinned to the App.\n`,
  );
  return 0;
}

async function written(path: string, text: string, io: CommandIo): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    io.stderr(
      there ? `${path} is there already and was left as it is.\n` : `${path} cannot be written: ${messageOf(error)}\n`,
    );
    return false;
  }
  io.stdout(`Wrote ${path}\n`);
  return true;
}
