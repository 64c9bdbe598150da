import { z } from 'zod';
import { attribute } from '../agents/attribute.ts';
import { AttributionFacts } from '../agents/schema.ts';
import type { Attribution } from '../core/attribution.ts';
import { CountersignError, messageOf } from '../core/errors.ts';
import { plainText } from '../report/markdown.ts';
import type { CommandIo } from './io.ts';

const HELP = `countersign attribute --stdin

Reads one JSON object per line, the facts of a pull request, and writes one JSON object per line, in order:
who wrote it. Any field may be null:

  { "author": { "id", "login", "type" }, "app": { "slug" }, "sender", "assignees": [], "branch", "title", "body",
    "labels": [], "commits": [{ "message", "authorName", "authorEmail", "authorLogin", "authorId", "committerEmail" }] }

Output: { "agent", "class", "tier", "requester", "evidence" }. A line that cannot be read becomes { "error" } at its
place, is told on standard error with its number, and makes the exit code 2.
`;

/** Longest line that is read, in characters: a pull request of thousands of commits stays far below. */
const MAX_LINE = 64 * 1024 * 1024;

export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    io.stdout(HELP);
    return 0;
  }
  if (argv.length !== 1 || argv[0] !== '--stdin') {
    throw new CountersignError('bad-usage', 'give the facts on standard input: `countersign attribute --stdin`.');
  }
  let number = 0;
  let failed = false;
  for await (const line of linesOf(io.stdin)) {
    number += 1;
    if (line.trim() === '') continue;
    const answer = answerTo(line);
    if ('error' in answer) {
      failed = true;
      io.stderr(`countersign attribute: line ${number}: ${plainText(answer.error, 600)}\n`);
    }
    io.stdout(`${JSON.stringify(answer)}\n`);
  }
  return failed ? 2 : 0;
}

function answerTo(line: string): Attribution | { readonly error: string } {
  if (line.length > MAX_LINE) return { error: `longer than ${MAX_LINE} characters` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    return { error: `not JSON: ${messageOf(error).slice(0, 200)}` };
  }
  const facts = AttributionFacts.safeParse(parsed);
  if (!facts.success)
    return {
      error: `not the facts of a pull request: ${z.prettifyError(facts.error).slice(0, 500).replaceAll('\n', ' ')}`,
    };
  return attribute(facts.data, []);
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncIterable<string> {
  let parts: string[] = [];
  for await (const piece of pieces) {
    const lines = piece.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      parts.push(line);
      yield parts.join('');
      parts = [];
    }
    parts.push(last);
  }
  const rest = parts.join('');
  if (rest !== '') yield rest;
}
