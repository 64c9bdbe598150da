/** A file that a framework runs because of where it stands; nobody imports it, so nothing breaks when it goes. */
export interface RunByName {
  /** Files of one slot stand in for one another: the framework runs whichever is there. */
  readonly slot: string;
  /** Folder of the application, '' or ending in `/`. */
  readonly root: string;
}

/**
 * Next.js, "File-system conventions: proxy.js" (`middleware` before version 16): project root or `src`, with the
 * extensions of `pageExtensions`. Astro, "Middleware": `src/middleware.js|ts` or `src/middleware/index.js|ts`.
 * SvelteKit, "Hooks": `src/hooks.server.js|ts`. Nuxt, "server/": every file of `server/middleware`; "middleware/": those
 * that end in `.global`. Cloudflare Pages Functions, "Middleware": `functions/_middleware.js|ts` runs for all routes.
 */
const CONVENTIONS: readonly (readonly [string, RegExp])[] = [
  ['middleware', /^(.*\/)??(?:src\/)?(?:middleware|proxy)\.[jt]sx?$/],
  ['middleware', /^(.*\/)??src\/middleware\/index\.[jt]s$/],
  ['hooks', /^(.*\/)??src\/hooks\.server(?:\/index)?\.[jt]s$/],
  ['server middleware', /^(.*\/)??server\/middleware\/.+\.[cm]?[jt]sx?$/],
  ['route middleware', /^(.*\/)??(?:app\/)?middleware\/[^/]+\.global\.[jt]s$/],
  ['functions', /^(.*\/)??functions\/_middleware\.[jt]s$/],
];

/** Whether a framework would run a file of that path for every request; null where none does. */
export function runByName(path: string): RunByName | null {
  for (const [kind, pattern] of CONVENTIONS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const root = match[1] ?? '';
    return { slot: `${kind} of /${root}`, root };
  }
  return null;
}
