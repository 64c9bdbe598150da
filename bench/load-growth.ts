import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Ground, openGround } from '../test/support/ground.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../test/support/postgres.ts';
import { changeOf, publishPackages, shop } from './support/changes.ts';
import { quantile } from './support/deliveries.ts';
import { GROWN, grow } from './support/growth.ts';

/** Turns that each of the two takes, one after the other; `LOAD_TURNS` sets another number. */
const TURNS = Number(process.env['LOAD_TURNS'] ?? 25);
/** How often a page is asked for in each turn. */
const PAGE_TIMES = 9;
/** The full one's time in the empty one's. */
const TARGET = 1.2;
const TOKEN = 'a-metrics-token-of-thirty-two-chars';

/**
 * A thousand repositories and a hundred thousand reviews in the store, beside a store with three: how long its pages, a
 * review, a command and a sign-off take, turn and turn about, so that whatever else the machine does falls on both.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const postgres = postgresMissing === null ? await startPostgres() : null;
  try {
    for (const engine of ['pglite', 'postgres'] as const) {
      if (engine === 'postgres' && postgres === null) {
        print(`postgres left out: ${postgresMissing}`);
        continue;
      }
      const server = engine === 'postgres' ? postgres : null;
      const few = await prepared(server, false);
      try {
        const many = await prepared(server, true);
        try {
          await compare(engine, few, many, print);
        } finally {
          await many.ground.close();
        }
      } finally {
        await few.ground.close();
      }
    }
  } finally {
    await postgres?.stop();
  }
}

type Acts = Readonly<Record<string, () => Promise<number>>>;

interface Side {
  readonly ground: Ground;
  readonly acts: Acts;
}

async function compare(engine: string, few: Side, many: Side, print: (line: string) => void): Promise<void> {
  const { reviews, repositories } = GROWN;
  print(`${engine}, with ${repositories} repositories and ${reviews} reviews:`);
  const times: Record<'few' | 'many', Record<string, number[]>> = { few: {}, many: {} };
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const which of turn % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const)) {
      for (const [name, act] of Object.entries((which === 'few' ? few : many).acts)) {
        times[which][name] = [...(times[which][name] ?? []), await act()];
      }
    }
  }
  for (const [name, own] of Object.entries(times.few)) {
    const [small, large] = [quantile(own, 0.5), quantile(times.many[name] ?? [], 0.5)];
    const ratio = large / small;
    print(
      `  ${name}: ${small.toFixed(1)} ms with few, ${large.toFixed(1)} ms with many: ${ratio.toFixed(2)} (target: at most ${TARGET})`,
    );
    if (!(ratio <= TARGET)) process.exitCode = 1;
  }
}

/** A serving process whose store has seen one whole story, multiplied where it is to have many. */
async function prepared(postgres: PostgresServer | null, many: boolean): Promise<Side> {
  const database = (await postgres?.createDatabase()) ?? null;
  const ground = await openGround({
    repositories: [{ name: 'shop', files: shop(3) }],
    latencyMs: 0,
    databaseUrl: database,
  });
  const packages = await publishPackages(ground.registry, 3);
  const env = { COUNTERSIGN_METRICS_TOKEN: TOKEN };
  const first = await ground.start('serve', env);
  const story = actsOf(ground, packages);
  for (let turn = 0; turn < 2; turn += 1) for (const act of Object.values(story)) await act();
  if (many) {
    await first.stop();
    if (postgres === null) {
      const pglite = await PGlite.create(join(ground.dataFolder, 'database'));
      for (const statement of grow(GROWN)) await pglite.exec(statement);
      await pglite.close();
    } else if (database !== null) {
      for (const statement of grow(GROWN)) await postgres.query(database, statement);
    }
    await ground.start('serve', env);
    for (const act of Object.values(story)) await act();
  }
  return { ground, acts: story };
}

/** What people do, each with the milliseconds until its effect is there. */
function actsOf(ground: Ground, packages: readonly string[]): Acts {
  const { github } = ground;
  const repository = github.repository('acme/shop');
  let count = 0;
  let open = { number: 0, head: '' };
  const timed = async (act: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await act();
    return performance.now() - began;
  };
  // A page takes so little that a hiccup of the machine is most of it: asked for several times, the middle one counts.
  const page = (path: string) => async () => {
    const address = new URL(path, github.webhookUrl() ?? '');
    const times: number[] = [];
    for (let time = 0; time < PAGE_TIMES; time += 1) {
      times.push(
        await timed(async () => {
          const answer = await fetch(address, { headers: { authorization: `Bearer ${TOKEN}` } });
          if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
          await answer.text();
        }),
      );
    }
    return quantile(times, 0.5);
  };
  return {
    '/metrics': page('/metrics'),
    '/readyz': page('/readyz'),
    'a review': async () => {
      count += 1;
      const branch = `change-${count}`;
      // A package that nobody knows is absent, and is remembered.
      const names = [...packages, `invented-name-${count}`];
      const files = { ...changeOf(`change${count}`, 3, names), [`src/list-${count}.js`]: injection(count) };
      const head = await repository.push(branch, files, { as: 'Copilot' });
      return timed(async () => {
        open = { number: await repository.open({ branch, title: branch, as: 'Copilot' }), head };
        await repository.completed(head);
      });
    },
    'a command (status)': async () => {
      const before = repository.comments(open.number).length;
      return timed(async () => {
        await repository.comment(open.number, '/countersign status', 'ben');
        // The command itself, and the answer to it.
        await until(() => repository.comments(open.number).length >= before + 2);
      });
    },
    'a sign-off (command and press)': async () => {
      const sticky =
        repository.comments(open.number).find(({ body }) => body.includes('countersign:sticky'))?.body ?? '';
      const code = /\br-[0-9a-z]{8}\b/.exec(sticky)?.[0] ?? '';
      const handle = /\/countersign sign (F\d+)/.exec(sticky)?.[1] ?? 'F1';
      return timed(async () => {
        await repository.comment(
          open.number,
          `/countersign sign ${handle} ${code} only our own scheduler calls this`,
          'ben',
        );
        const pending = await repository.completed(open.head, { when: ({ actions }) => actions.length > 0 });
        await repository.press(pending.id, pending.actions[0]?.identifier ?? '', 'ben');
        await repository.completed(open.head, { when: ({ actions }) => actions.length === 0 });
      });
    },
  };
}

function injection(count: number): string {
  return `import { exec } from 'node:child_process';

export function list${count}(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;
}

async function until(there: () => boolean): Promise<void> {
  const began = performance.now();
  while (!there()) {
    if (performance.now() - began > 30_000) throw new Error('it did not come within thirty seconds');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
