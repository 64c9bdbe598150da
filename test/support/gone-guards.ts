/** Guards that frameworks run by their files' names, and files of the same names that guard nothing. */
export const NEXT = `import { NextResponse } from 'next/server';
export function middleware(request) {
  if (!request.cookies.get('session')) return NextResponse.redirect(new URL('/login', request.url));
  return NextResponse.next();
}
export const config = { matcher: ['/dashboard/:path*'] };
`;
export const PROXY = NEXT.replace('function middleware', 'function proxy');
export const LOGS = `import { NextResponse } from 'next/server';
export function middleware(request) {
  console.log(request.method, request.nextUrl.pathname, request.headers.get('user-agent'));
  return NextResponse.next();
}
`;
export const LOCALES = `import { NextResponse } from 'next/server';
export function middleware(request) {
  const locale = request.cookies.get('locale')?.value ?? 'en';
  if (request.nextUrl.pathname === '/user') return NextResponse.next();
  if (!request.nextUrl.pathname.startsWith('/' + locale)) return NextResponse.redirect(new URL('/' + locale, request.url));
}
`;
export const NITRO = `export default defineEventHandler(async (event) => {
  const user = await userOf(event);
  if (!user) throw createError({ statusCode: 401, statusMessage: 'Sign in first' });
});
`;
export const NITRO_LOG = 'export default defineEventHandler((event) => {\n  console.log(event.path);\n});\n';
export const KIT = `import { redirect } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
export const first = async ({ event, resolve }) => {
  if (!event.locals.user && event.url.pathname.startsWith('/admin')) redirect(303, '/login');
  return resolve(event);
};
export const second = async ({ event, resolve }) => resolve(event);
export const handle = sequence(first, second);
`;
export const EXPRESS = `import express from 'express';
export default function middleware(req, res, next) {
  if (!req.user) return res.sendStatus(401);
  next();
}
`;

/** What it is, its path, its text. */
export const GUARDS: readonly (readonly [string, string, string])[] = [
  ["Next.js' middleware", 'middleware.ts', NEXT],
  ['that of src, in one of several applications', 'apps/web/src/middleware.ts', NEXT],
  ["Next.js' proxy", 'proxy.js', PROXY],
  [
    'a guard of a library',
    'middleware.ts',
    "import { clerkMiddleware } from '@clerk/nextjs/server';\nexport default clerkMiddleware();\n",
  ],
  ['a guard handed on', 'src/middleware.ts', "export { auth as middleware } from '@/auth';\n"],
  [
    'a session that another module looks after',
    'middleware.ts',
    "import { updateSession } from '@/utils/supabase';\nexport async function middleware(request) {\n  return await updateSession(request);\n}\n",
  ],
  [
    'a token that is verified',
    'middleware.ts',
    "import { jwtVerify } from 'jose';\nexport default async function (request) {\n  await jwtVerify(request.cookies.get('t'), KEY);\n}\n",
  ],
  [
    'a function that the middleware calls',
    'middleware.js',
    "export function middleware(request) {\n  return decide(request);\n}\nfunction decide(request) {\n  if (!request.headers.has('x-key')) return new Response(null, { status: 403 });\n}\n",
  ],
  ["Nuxt's server middleware", 'server/middleware/01.auth.ts', NITRO],
  [
    "Nuxt's global route middleware",
    'app/middleware/auth.global.ts',
    "export default defineNuxtRouteMiddleware((to) => {\n  if (!useUserSession().loggedIn.value) return navigateTo('/login');\n});\n",
  ],
  ["SvelteKit's hooks", 'src/hooks.server.ts', KIT],
  [
    "Astro's middleware",
    'src/middleware/index.ts',
    "export const onRequest = (context, next) => {\n  if (!context.locals.session) return context.redirect('/signin');\n  return next();\n};\n",
  ],
  [
    "Cloudflare's functions",
    'functions/_middleware.ts',
    "export async function onRequest({ request, next }) {\n  if (request.headers.get('Authorization') === null) return new Response('no', { status: 401 });\n  return next();\n}\n",
  ],
  [
    'one that speaks of other things as well',
    'middleware.ts',
    `${NEXT}const policy = ["connect-src 'self'", 'express', "redux"].join('; ');\n`,
  ],
  [
    'an answer that leads to the page of signing in',
    'src/hooks.server.ts',
    "export const handle = async ({ event, resolve }) => {\n  if (event.cookies.get('sid') === undefined)\n    return new Response(null, { status: 302, headers: { location: `/login?to=${event.url.pathname}` } });\n  return resolve(event);\n};\n",
  ],
  [
    'an address that has a name',
    'src/hooks.server.ts',
    "export const handle = async ({ event, resolve }) => {\n  const known = event.cookies.get('sid') !== undefined;\n  const entry = `/login?to=${event.url.pathname}`;\n  if (!known) redirect(303, entry);\n  return resolve(event);\n};\n",
  ],
];

/** What runs before each request and turns nobody away. */
const QUIET = [
  'limitLength(console, 80);',
  "if (event.url.pathname === '/') return new Response(null, { status: 302, headers: { location: '/en' } });",
  "if (event.url.pathname === '/help') return new Response('The page for it is /login', { status: 200 });",
  "record({ status: 302, location: '/login' });",
  'if (event.locals.user) count(event.locals.user);',
  'if (false) return auth(event);',
  "if (false && !event.locals.user) redirect(303, '/');\n  if (event.url.pathname === '/old') redirect(308, '/new');",
  "if (event.url.search) {\n    count(event);\n  }\n  console.log(event.request.headers.has('authorization'));",
];
/** What does. */
const SAYING = [
  'await validateSession(event);',
  'await validateBody(event);',
  "if (!event.locals.user) redirect(303, '/');",
  'if (event.url.search) return auth(event);',
];

function hook(text: string): string {
  return `export const handle = async ({ event, resolve }) => {\n  ${text}\n  return resolve(event);\n};\n`;
}

/** One that goes, and what runs in its place: paths and texts. */
export const SUCCESSIONS: readonly (readonly [
  gone: readonly [string, string],
  successors: readonly (readonly [string, string])[],
])[] = [
  ...GUARDS.map(([, path, text]) => [[path, text], []] as const),
  ...[LOGS, LOCALES, EXPRESS].map((text) => [['middleware.ts', text], []] as const),
  ...QUIET.map((text) => [['src/hooks.server.ts', hook(text)], []] as const),
  ...SAYING.map((text) => [['src/hooks.server.ts', hook(text)], []] as const),
  [['test/middleware.test.ts', NEXT], []],
  [['server/middleware/log.ts', NITRO_LOG], []],
  [['middleware.ts', 'export async function middleware(request) {\n  await rateLimit(request);\n}\n'], []],
  [['middleware.ts', NEXT], [['proxy.ts', LOGS]]],
  [['middleware.ts', NEXT], [['proxy.ts', PROXY]]],
  [['middleware.ts', NEXT], [['proxy.ts', PROXY.replace('if (!request', 'if (false && !request')]]],
  [['middleware.ts', NEXT], [['proxy.ts', `// auth(request), redirect('/login'), 401\n${LOGS}`]]],
  [
    ['server/middleware/auth.ts', NITRO],
    [['server/middleware/limit.ts', 'export default defineEventHandler((event) => rateLimit(event));\n']],
  ],
  [['src/hooks.server.ts', KIT], [['src/hooks.server.ts', KIT.replace('sequence(first, second)', 'sequence(second)')]]],
  [['src/hooks.server.ts', KIT], [['src/hooks.server.ts', KIT.replace('sequence(first, second)', 'first')]]],
];
