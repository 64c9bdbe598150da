import { join } from 'node:path';
import { sha256 } from '../../src/core/digest.ts';
import type { NameKnowledge } from '../../src/evidence/names.ts';
import { normalizeName } from '../../src/evidence/normal.ts';
import type { PopularList } from '../../src/evidence/popular.ts';
import { PEERS } from './peers.ts';
import { hits, likenessOf, type Match, type Row, readCsv, rowsOf, type Type } from './rows.ts';
import { judgeSynthetic, OLD_AND_USED } from './synthetic.ts';
import { interval, share } from './wilson.ts';

const ECOSYSTEMS = [
  ['npm', 'npm'],
  ['pypi', 'pypi'],
  ['rubygems', 'gem'],
  ['go', 'golang'],
] as const satisfies readonly (readonly [string, Type])[];

/** Ecosystems without a list here: what they say is shown by the tests of `looks-like` without a list. */
const WITHOUT_LIST = ['crates', 'packagist', 'nuget', 'maven'];

/** What the rule was developed against: its names leave the untouched lists, its targets divide their families. */
export interface Development {
  readonly type: Type;
  readonly rows: readonly Row[];
}

export interface Asked {
  /** Where `look-alikes.csv` and `honest.csv` are. */
  readonly folder: string;
  readonly lists: readonly PopularList[];
  /** What is known of names of a type. */
  readonly names: (type: Type) => NameKnowledge;
  readonly development: readonly Development[];
  /** Whether the published lists that the rule was developed against are there; our own samples always are. */
  readonly developmentAtHand: boolean;
  /** Whether the halves that nobody may tune by are printed too. */
  readonly sealed: boolean;
}

/** The half that a family or an honest name belongs to, as `eval/untouched/README.md` fixed it before the first run. */
export function isSealed(text: string): boolean {
  return Number.parseInt(sha256(text).slice(0, 2), 16) % 2 === 1;
}

/** Recall with the right target on names that were collected before the rule was first asked of them. */
export function untouchedTable(print: (line: string) => void, asked: Asked): void {
  const table = readCsv(join(asked.folder, 'look-alikes.csv')).map(([name = '', where = '', target = '']) => [
    name,
    target,
    where,
  ]);
  const notes: string[] = [];
  print('');
  print('## Names: reported look-alikes that were collected before the rule was first asked (eval/untouched)');
  print('');
  print(
    '| ecosystem | half | families | n | target on the list | found | recall | interval | any target | edit 1 | edit 2 | separators |',
  );
  print('|---|---|---|---|---|---|---|---|---|---|---|---|');
  for (const [ecosystem, type] of ECOSYSTEMS) {
    const list = asked.lists.find((each) => each.type === type);
    const collected = rowsOf(table, ecosystem);
    const known = namesOf(asked.development, type);
    const rows = collected.filter(({ name }) => !known.has(normalizeName(type, name)));
    notes.push(`${ecosystem} ${collected.length - rows.length} of ${collected.length}`);
    if (list === undefined) {
      print(`| ${ecosystem}: no list at hand, unavailable | | | ${rows.length} | | | | | | | | |`);
      continue;
    }
    const parts = partsOf(rows, ecosystem, targetsOf(asked.development, type), asked.sealed);
    const own: Match = (name) => likenessOf(asked.names(type), type, name);
    const peers = PEERS.map((peer) => peer.create([...list.names, ...list.words]));
    const listed = new Set(list.names);
    for (const { half, families, part } of parts) {
      const count = (match: Match) => part.filter((row) => hits(match, type, row)).length;
      const onList = part.filter((row) => row.targets.some((target) => listed.has(normalizeName(type, target)))).length;
      const any = part.filter((row) => own(row.name).length > 0).length;
      const found = count(own);
      print(
        `| ${ecosystem} | ${half} | ${families} | ${part.length} | ${onList} | ${found} | ${share(found, part.length)} | ${interval(found, part.length)} | ${any} | ${peers.map((peer) => share(count(peer), part.length)).join(' | ')} |`,
      );
    }
  }
  const without = WITHOUT_LIST.map((each) => `${rowsOf(table, each).length} ${each}`).join(', ');
  print('');
  print(
    asked.developmentAtHand
      ? `Taken out because the development lists have them too: ${notes.join(', ')}.`
      : 'The development lists are not at hand: what they have too is still in, so that these figures are too good.',
  );
  print(`No list is at hand for ${without}: \`looks-like\` is unavailable there, and says so.`);
  printHonest(print, asked);
}

interface Part {
  readonly half: string;
  readonly families: string;
  readonly part: readonly Row[];
}

/** Halves, and families that the development lists have or have not. Without the sealed half nothing is shown that tells its count. */
function partsOf(
  rows: readonly Row[],
  ecosystem: string,
  developed: ReadonlySet<string>,
  sealed: boolean,
): readonly Part[] {
  const inSealed = (row: Row) => isSealed(`${ecosystem}:${(row.targets[0] ?? '').toLowerCase()}`);
  const open = rows.filter((row) => !inSealed(row));
  const halves = sealed
    ? [
        { half: 'open', all: open },
        { half: 'sealed', all: rows.filter(inSealed) },
        { half: 'both', all: rows },
      ]
    : [{ half: 'open (development since its first run)', all: open }];
  return halves.flatMap(({ half, all }) => {
    const isShared = (row: Row) => row.targets.some((target) => developed.has(target.toLowerCase()));
    return [
      { half, families: 'all', part: all },
      { half, families: 'shared with development', part: all.filter(isShared) },
      { half, families: 'others', part: all.filter((row) => !isShared(row)) },
    ].filter(({ part }) => part.length > 0);
  });
}

function printHonest(print: (line: string) => void, { folder, lists, names, sealed }: Asked): void {
  const table = readCsv(join(folder, 'honest.csv'));
  print('');
  print('## Names: honest names that were written down before the rule was first asked (eval/untouched)');
  print('');
  print(
    '| ecosystem | half | n | on the list | outside it | flagged | share of those outside | interval | old and used | blocked | edit 1 | edit 2 |',
  );
  print('|---|---|---|---|---|---|---|---|---|---|---|---|');
  for (const [ecosystem, type] of ECOSYSTEMS) {
    const list = lists.find((each) => each.type === type);
    const honest = table.flatMap(([name, where]) => (where === ecosystem && name ? [name] : []));
    if (list === undefined || honest.length === 0) continue;
    const listed = new Set(list.names);
    const peers = PEERS.slice(0, 2).map((peer) => peer.create(list.names));
    const open = honest.filter((name) => !isSealed(`${ecosystem}:${name}`));
    const halves: readonly (readonly [string, readonly string[]])[] = sealed
      ? [
          ['open', open],
          ['sealed', honest.filter((name) => isSealed(`${ecosystem}:${name}`))],
          ['both', honest],
        ]
      : [['open (development since its first run)', open]];
    for (const [half, part] of halves) {
      const outside = part.filter((name) => !listed.has(normalizeName(type, name)));
      const flagged = outside.filter((name) => likenessOf(names(type), type, name).length > 0);
      const judged = flagged.map((name) =>
        judgeSynthetic(type, name, likenessOf(names(type), type, name), false, OLD_AND_USED),
      );
      const told = judged.filter((each) => each.findings > 0).length;
      const blocked = judged.filter((each) => each.blocked).length;
      const beside = peers.map((peer) => share(outside.filter((name) => peer(name).length > 0).length, outside.length));
      print(
        `| ${ecosystem} | ${half} | ${part.length} | ${part.length - outside.length} | ${outside.length} | ${flagged.length} | ${share(flagged.length, outside.length)} | ${interval(flagged.length, outside.length)} | ${told} | ${blocked} | ${beside.join(' | ')} |`,
      );
    }
  }
}

function namesOf(development: readonly Development[], type: Type): ReadonlySet<string> {
  return new Set(
    development
      .filter((each) => each.type === type)
      .flatMap(({ rows }) => rows.map((row) => normalizeName(type, row.name))),
  );
}

function targetsOf(development: readonly Development[], type: Type): ReadonlySet<string> {
  return new Set(
    development
      .filter((each) => each.type === type)
      .flatMap(({ rows }) => rows.flatMap((row) => row.targets.map((target) => target.toLowerCase()))),
  );
}
