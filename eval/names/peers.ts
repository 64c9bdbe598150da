import { distance, strip } from '../../src/evidence/likeness/text.ts';

export interface Peer {
  readonly label: string;
  create(list: readonly string[]): (name: string) => readonly { readonly name: string }[];
}

/** The simple ways, on the same list: every name within one edit, within two, and equal without separators. */
export const PEERS: readonly Peer[] = [
  { label: 'edit distance 1', create: (list) => withinEdits(list, 1) },
  { label: 'edit distance 2', create: (list) => withinEdits(list, 2) },
  {
    label: 'separators stripped',
    create: (list) => {
      const byStripped = Map.groupBy(list, strip);
      return (name) =>
        (byStripped.get(strip(name)) ?? []).filter((each) => each !== name).map((each) => ({ name: each }));
    },
  },
];

function withinEdits(list: readonly string[], most: number): (name: string) => readonly { readonly name: string }[] {
  const byLength = Map.groupBy(list, (name) => name.length);
  return (name) => {
    const found: { name: string }[] = [];
    for (let length = name.length - most; length <= name.length + most; length += 1) {
      for (const each of byLength.get(length) ?? []) {
        if (each !== name && distance(each.toLowerCase(), name.toLowerCase(), most) <= most) found.push({ name: each });
      }
    }
    return found;
  };
}
