import { afterAll, describe, expect, it } from 'vitest';
import type { FileSide } from '../../src/core/detector.ts';
import type { InspectedFile } from '../../src/core/inspection.ts';
import { createInspector, DEFAULT_INSPECTOR_OPTIONS } from '../../src/inspect/index.ts';
import { EXPRESS, GUARDS, KIT, LOCALES, LOGS, NEXT, NITRO, NITRO_LOG, PROXY } from '../support/gone-guards.ts';

const inspector = createInspector({ ...DEFAULT_INSPECTOR_OPTIONS, processes: 1 });
afterAll(() => inspector.close());

/** Old name and text, new name and text; null where the file is not there. */
type Change = readonly [from: readonly [string, string] | null, to: readonly [string, string] | null];

function side(file: readonly [string, string] | null): FileSide | null {
  return file === null ? null : { path: file[0], text: file[1], blob: `${file[1].length}`, mode: '100644' };
}

async function found(changes: readonly Change[], scope: 'change' | 'all' = 'change') {
  const files = changes.map(([from, to]): InspectedFile => {
    const path = to?.[0] ?? from?.[0] ?? '';
    const renamed = from !== null && to !== null && from[0] !== to[0];
    return { path, ...(renamed ? { previousPath: from[0] } : {}), before: side(from), after: side(to) };
  });
  const { detections, unread } = await inspector.inspect(
    {
      files,
      commitFiles: [],
      pullRequest: null,
      scope,
      context: {
        changedPaths: files.flatMap(({ before, after }) => [before?.path ?? [], after?.path ?? []].flat()),
        removedPaths: files.flatMap(({ before, after }) =>
          before === null || before.path === after?.path ? [] : before.path,
        ),
        attribution: { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] },
        firstCommit: false,
        fixturePaths: [],
        scope,
        organisationPolicy: false,
      },
    },
    new AbortController().signal,
  );
  expect(unread).toEqual([]);
  return detections.filter(({ ruleId }) => ruleId === 'security-check-removed');
}

describe('a file that a framework runs by its name', () => {
  for (const [what, path, text] of GUARDS) {
    it(`is missed when it goes: ${what}`, async () => {
      const [finding, ...others] = await found([[[path, text], null]]);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ level: 'error', locations: [{ path, side: 'base' }] });
      expect(finding?.message).toMatch(/checked who may, and is gone/);
    });
  }

  it('is missed with a warning where it limited requests', async () => {
    const text =
      "import { rateLimit } from '@/limits';\nexport async function middleware(request) {\n  await rateLimit(request);\n}\n";
    expect(await found([[['middleware.ts', text], null]])).toMatchObject([{ level: 'warning' }]);
  });

  const away: readonly (readonly [string, readonly Change[]])[] = [
    [
      'to a name that nobody runs',
      [
        [
          ['middleware.ts', NEXT],
          ['middleware.bak.ts', NEXT],
        ],
      ],
    ],
    [
      'to a name that is no code',
      [
        [
          ['middleware.ts', NEXT],
          ['middleware.ts.bak', NEXT],
        ],
      ],
    ],
    [
      'to a folder that nobody looks in',
      [
        [
          ['middleware.ts', NEXT],
          ['lib/middleware.ts', NEXT],
        ],
      ],
    ],
    [
      'to an extension that is not looked for',
      [
        [
          ['middleware.ts', NEXT],
          ['middleware.mts', NEXT],
        ],
      ],
    ],
    [
      'out of the folder of hooks',
      [
        [
          ['server/middleware/auth.ts', NITRO],
          ['server/utils/auth.ts', NITRO],
        ],
      ],
    ],
    [
      'and the new one only logs',
      [
        [['middleware.ts', NEXT], null],
        [null, ['proxy.ts', LOGS]],
      ],
    ],
    [
      'and the new one only speaks of it',
      [
        [['middleware.ts', NEXT], null],
        [null, ['proxy.ts', `// auth(request), redirect('/login'), 401\n${LOGS}`]],
      ],
    ],
    [
      'and the new one has it in a branch never taken',
      [
        [['middleware.ts', NEXT], null],
        [null, ['proxy.ts', PROXY.replace('if (!request', 'if (false && !request')]],
      ],
    ],
    [
      'and the new one has it in a function never called',
      [
        [['middleware.ts', NEXT], null],
        [
          null,
          [
            'proxy.ts',
            `${LOGS.replace('middleware', 'proxy')}${NEXT.replace(/import.*\n/, '').replace('export function middleware', 'function old')}`,
          ],
        ],
      ],
    ],
    [
      'beside another that was a guard before',
      [
        [['server/middleware/auth.ts', NITRO], null],
        [
          ['server/middleware/admin.ts', NITRO],
          ['server/middleware/admin.ts', `${NITRO}\n`],
        ],
      ],
    ],
    [
      'beside a new one that limits',
      [
        [['server/middleware/auth.ts', NITRO], null],
        [null, ['server/middleware/limit.ts', 'export default defineEventHandler((event) => rateLimit(event));\n']],
      ],
    ],
    [
      'with the package of another application',
      [
        [['apps/web/middleware.ts', NEXT], null],
        [['apps/docs/package.json', '{}'], null],
      ],
    ],
  ];
  for (const [what, changes] of away) {
    it(`is missed when it moves away: ${what}`, async () => {
      expect(await found(changes)).toMatchObject([{ level: 'error', locations: [{ side: 'base' }] }]);
    });
  }

  it('is missed when its text goes and its name stays', async () => {
    for (const [path, before, after] of [
      ['middleware.ts', NEXT, 'export {};\n'],
      ['middleware.ts', NEXT, ''],
      ['src/hooks.server.ts', KIT, KIT.replace('sequence(first, second)', 'sequence(second)')],
    ] as const)
      expect(
        await found([
          [
            [path, before],
            [path, after],
          ],
        ]),
        path + after,
      ).toMatchObject([{ level: 'error' }]);
  });

  const silent: readonly (readonly [string, readonly Change[]])[] = [
    ['only logged', [[['middleware.ts', LOGS], null]]],
    ['chose a language', [[['middleware.ts', LOCALES], null]]],
    ['only logged, in Nuxt', [[['server/middleware/log.ts', NITRO_LOG], null]]],
    [
      'moved to src',
      [
        [
          ['middleware.ts', NEXT],
          ['src/middleware.ts', NEXT],
        ],
      ],
    ],
    [
      'moved to src and was edited',
      [
        [['middleware.ts', NEXT], null],
        [null, ['src/middleware.ts', `${NEXT}// moved\n`]],
      ],
    ],
    [
      'was renamed as Next.js 16 has it',
      [
        [
          ['middleware.ts', NEXT],
          ['proxy.ts', NEXT],
        ],
      ],
    ],
    [
      'was renamed with its function',
      [
        [['src/middleware.ts', NEXT], null],
        [null, ['src/proxy.ts', PROXY]],
      ],
    ],
    [
      'was translated',
      [
        [['middleware.js', NEXT], null],
        [null, ['middleware.ts', NEXT.replace('(request)', '(request: NextRequest)')]],
      ],
    ],
    [
      'has another order',
      [
        [
          ['server/middleware/auth.ts', NITRO],
          ['server/middleware/01.auth.ts', NITRO],
        ],
      ],
    ],
    [
      'went into another that now does it',
      [
        [['server/middleware/auth.ts', NITRO], null],
        [
          ['server/middleware/log.ts', NITRO_LOG],
          [
            'server/middleware/log.ts',
            NITRO.replace('async (event) => {', 'async (event) => {\n  console.log(event.path);'),
          ],
        ],
      ],
    ],
    [
      'went with its application',
      [
        [['apps/old/middleware.ts', NEXT], null],
        [['apps/old/package.json', '{}'], null],
      ],
    ],
    ['is a module of an Express application', [[['src/middleware.ts', EXPRESS], null]]],
    ['is a module of another server', [[['server/middleware/auth.ts', EXPRESS.replace(/import.*\n/, '')], null]]],
    ['is a helper with other exports', [[['src/middleware.ts', NEXT.replace('middleware', 'requireUser')], null]]],
    [
      'hands its work to a new module',
      [
        [
          ['middleware.ts', NEXT],
          ['middleware.ts', "export { middleware } from './lib/entry';\n"],
        ],
      ],
    ],
    [
      'gets another matcher',
      [
        [
          ['middleware.ts', NEXT],
          ['middleware.ts', NEXT.replace("'/dashboard/:path*'", "'/dashboard/:path*', '/admin'")],
        ],
      ],
    ],
    [
      'sent to the one host',
      [
        [
          [
            'middleware.ts',
            "export function middleware(request) {\n  const host = request.headers.get('host');\n  if (host !== 'shop.example') return Response.redirect(new URL(request.nextUrl.pathname, 'https://shop.example'), 308);\n}\n",
          ],
          null,
        ],
      ],
    ],
    [
      'wrote headers',
      [
        [
          [
            'src/middleware.ts',
            "export const onRequest = async (context, next) => {\n  const response = await next();\n  response.headers.set('server-timing', 'render');\n  response.headers.set('access-control-allow-headers', 'authorization');\n  return response;\n};\n",
          ],
          null,
        ],
      ],
    ],
  ];
  for (const [what, changes] of silent) {
    it(`is not missed where it ${what}`, async () => {
      expect(await found(changes)).toEqual([]);
    });
  }

  it('is not missed where a whole tree is looked at', async () => {
    expect(await found([[['middleware.ts', NEXT], null]], 'all')).toEqual([]);
  });
});
