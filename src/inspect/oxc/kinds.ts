import { NotRead } from './builder.ts';

/** Reads one kind of node of the parser's tree. */
export type Reader = (part: number, field: string | null) => void;

/** Readers by what a choice's byte says; those that are not named leave the file to the other reader. */
export function readersOf(
  ...named: readonly (readonly [Readonly<Record<string, number>>, Readers])[]
): readonly Reader[] {
  const found: Reader[] = new Array<Reader>(256).fill(unknown);
  for (const [numbers, readers] of named) {
    for (const [name, number] of Object.entries(numbers)) found[number] = readers[name] ?? unknown;
  }
  return found;
}

export type Readers = Readonly<Record<string, Reader>>;

function unknown(): never {
  throw new NotRead('a kind of node that is not known here');
}
