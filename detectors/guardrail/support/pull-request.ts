import type { GuardrailSubject } from '../../../src/core/detector.ts';
import type { AddedLine } from './added.ts';

/** One field of the pull request's own text, as lines. The path names the field; no such file exists. */
export interface Field {
  readonly path: string;
  readonly lines: readonly AddedLine[];
}

function linesOf(text: string): readonly AddedLine[] {
  let start = 0;
  return text.split('\n').map((line, index) => {
    const added = { line: index + 1, text: line, start };
    start += line.length + 1;
    return added;
  });
}

/** `pull-request/title.txt`, `pull-request/body.txt`, `pull-request/commits/<sha>.txt`. */
export function fieldsOf(subject: Extract<GuardrailSubject, { kind: 'pullRequest' }>): readonly Field[] {
  return [
    { path: 'pull-request/title.txt', lines: linesOf(subject.title) },
    { path: 'pull-request/body.txt', lines: linesOf(subject.body) },
    ...subject.commits.map(({ sha, message }) => ({
      path: `pull-request/commits/${sha.slice(0, 12)}.txt`,
      lines: linesOf(message),
    })),
  ];
}
