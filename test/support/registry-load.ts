import { DEFAULT_LIMITS } from '../../src/evidence/gate.ts';
import { openStage } from '../service/support.ts';
import { FAULTS, json, type Script, startServer } from './registry-server.ts';

/** One pull request of the load: what it adds, and what was said of it. */
interface Observed {
  readonly fault: string;
  /** `steady`: a package of years, to be let through; `invented`: no registry has it, to be held for good. */
  readonly kind: 'steady' | 'invented';
  /** Conclusions of its head, in the order in which they were seen, while its registry was at fault. */
  readonly during: readonly string[];
  /** The conclusion that it came to by itself when the registry was well again. */
  readonly after: string | null;
}

const RIGHT = { steady: 'success', invented: 'failure' } as const;

/**
 * Pull requests under review while the registry does everything that registries do wrong. Each asks for a package of its
 * own, whose name says which fault its answers have: so all of them happen at once. `each`: pull requests for each fault.
 */
export async function reviewUnderFaults(options: {
  readonly each: readonly Observed['kind'][];
  readonly faultMs: number;
  readonly healMs: number;
}): Promise<{ readonly observed: readonly Observed[]; readonly violations: readonly unknown[] }> {
  const faults = Object.keys(FAULTS);
  let isWell = false;
  const registry = await startServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    const [, kind, index] = /^(steady|invented)-(\d+)-\d+$/.exec(name) ?? [];
    const script: Script | undefined = FAULTS[faults[Number(index)] ?? ''];
    if (!isWell && script !== undefined) return script(request, response);
    if (kind === 'steady') return json(response, 200, packument(name));
    json(response, 404, { error: 'Not found' });
  });
  const stage = await openStage(
    {},
    {
      npm: { registry: registry.url },
      osv: null,
      depsDev: null,
      timeoutMs: 1_000,
      limits: { ...DEFAULT_LIMITS, retries: 1, backOffMs: 20, openMs: 500 },
    },
  );
  const { github, repository } = stage;
  try {
    const service = await stage.start();
    const wanted = faults.flatMap((fault, index) =>
      options.each.map((kind, place) => ({ fault, kind, name: `${kind}-${index}-${place}` })),
    );
    const opened = await Promise.all(
      wanted.map(async ({ fault, kind, name }) => {
        const files = { 'package.json': `${JSON.stringify({ dependencies: { [name]: '^1.0.0' } })}\n` };
        const head = await repository.push(`copilot/${name}`, files, { as: 'Copilot' });
        await repository.open({ branch: `copilot/${name}`, title: `Use ${name}`, as: 'Copilot' });
        return { fault, kind, head, during: [] as string[] };
      }),
    );
    const look = () => {
      for (const { head, during } of opened) {
        // A cancelled run is one that a newer review took the place of.
        const ended = repository
          .checkRuns(head)
          .find((run) => run.status === 'completed' && run.conclusion !== 'cancelled');
        const conclusion = ended?.conclusion ?? null;
        if (conclusion !== null && during.at(-1) !== conclusion) during.push(conclusion);
      }
    };
    const seen = Date.now() + options.faultMs;
    while (Date.now() < seen || opened.some(({ during }) => during.length === 0)) {
      look();
      if (Date.now() > seen + options.healMs) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    isWell = true;
    const observed = await Promise.all(
      opened.map(async ({ fault, kind, head, during }): Promise<Observed> => {
        const ended = await repository
          .completed(head, { when: (run) => run.conclusion === RIGHT[kind], timeoutMs: options.healMs })
          .catch(() => null);
        return { fault, kind, during, after: ended?.conclusion ?? null };
      }),
    );
    await service.stop();
    return { observed, violations: github.violations };
  } finally {
    await Promise.all([stage.close(), registry.close()]);
  }
}

/** Pull requests whose outcome was wrong at any time: let through or refused on the word of a registry at fault, or not right in the end. */
export function wrongly(observed: readonly Observed[]): readonly Observed[] {
  return observed.filter(
    ({ kind, during, after }) =>
      during.length === 0 || during.some((each) => each !== 'action_required') || after !== RIGHT[kind],
  );
}

/** A package of years. */
function packument(name: string) {
  const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];
  const at = '2019-01-01T00:00:00.000Z';
  const alice = { name: 'alice', email: 'alice@people.example' };
  return {
    name,
    'dist-tags': { latest: '1.3.0' },
    time: { created: at, ...Object.fromEntries(versions.map((version) => [version, at])) },
    maintainers: [alice],
    repository: { type: 'git', url: `https://code.example/${name}` },
    versions: Object.fromEntries(
      versions.map((version) => [
        version,
        { name, version, _npmUser: alice, dist: { integrity: 'sha512-AAAA', unpackedSize: 1_000 } },
      ]),
    ),
  };
}
