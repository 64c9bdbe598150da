import { judgeNames } from '../src/commands/package/names.ts';
import { popularLists } from '../src/evidence/popular.ts';
import { openNames } from '../src/sources.ts';

const NAMES = 20_000;
const LOT = 5_000;

/**
 * `countersign package --stdin --name-only` from a line in to a line out, one process: names of common words, slips of
 * well-known names (the dearest kind: each makes a finding), and the longest names that a registry takes.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const started = performance.now();
  const [npm] = await popularLists({});
  const names = await openNames({ popularFiles: {} }, Date.now);
  names.looksLike('npm', 'warm-up');
  const startUp = performance.now() - started;
  print(
    `## Names alone, against ${(npm?.names.length ?? 0).toLocaleString('en')} popular ones (target: 20,000 a second)`,
  );
  print('');
  print('| names | n | flagged | names a second |');
  print('|---|---|---|---|');
  const kinds: readonly (readonly [label: string, name: (index: number) => string])[] = [
    ['two common words and a number', (index) => `${word(index)}-${word(index * 7)}-${index % 977}`],
    ['one letter doubled in a well-known name', (index) => doubled(npm?.names[index % 6000] ?? '', index)],
    [
      '214 characters (the longest npm takes)',
      (index) => `${word(index)}-`.repeat(40).slice(0, 208) + (index % 99_999),
    ],
  ];
  for (const [label, name] of kinds) {
    const inputs = Array.from({ length: NAMES }, (_, index) => `npm:${name(index)}`);
    await judge(inputs.slice(0, 2_000));
    const from = performance.now();
    const flagged = await judge(inputs);
    const perSecond = Math.round(NAMES / ((performance.now() - from) / 1000));
    print(`| ${label} | ${NAMES} | ${flagged} | ${perSecond.toLocaleString('en')} |`);
  }
  print('');
  print(`Start-up: ${startUp.toFixed(0)} ms.`);

  async function judge(inputs: readonly string[]): Promise<number> {
    let flagged = 0;
    const io = {
      stdout: (text: string) => {
        flagged += text.split('"ruleId"').length - 1;
      },
    };
    await judgeNames(lots(inputs), names, { now: Date.now() }, io);
    return flagged;
  }
}

async function* lots(inputs: readonly string[]) {
  for (let at = 0; at < inputs.length; at += LOT)
    yield inputs.slice(at, at + LOT).map((input, index) => ({ input, place: at + index + 1 }));
}

function doubled(name: string, index: number): string {
  const at = index % name.length;
  return name.slice(0, at) + (name[at] ?? '') + name.slice(at);
}

function word(index: number): string {
  return WORDS[index % WORDS.length] ?? '';
}

const WORDS = [
  'react',
  'parser',
  'utils',
  'stream',
  'mongo',
  'helper',
  'json',
  'lint',
  'router',
  'crypto',
  'babel',
  'loader',
  'fetch',
];
