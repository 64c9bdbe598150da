import { parse } from 'jsonc-parser';
import { z } from 'zod';

/** `@app/*` and what stands for it; at most one star in each. */
export interface ModulePattern {
  readonly pattern: string;
  readonly targets: readonly string[];
}

/** What one tsconfig.json, jsconfig.json or package.json says of module names, as written. */
export interface ModuleSettings {
  readonly extends: readonly string[];
  readonly references: readonly string[];
  readonly baseUrl: string | null;
  /** Null where the file has none: then those count that it extends. */
  readonly paths: readonly ModulePattern[] | null;
  readonly name: string | null;
  /** By subpath, `.` for the package itself, its entry points in older fields among them. */
  readonly exports: readonly ModulePattern[];
  readonly imports: readonly ModulePattern[];
}

/** TypeScript documentation, TSConfig Reference: `extends`, `references`, `baseUrl`, `paths`. A member of another kind is none. */
const TsConfig = z.object({
  extends: z
    .union([z.string().transform((one) => [one]), z.array(z.string())])
    .optional()
    .catch(undefined),
  references: z
    .array(z.object({ path: z.string() }))
    .optional()
    .catch(undefined),
  compilerOptions: z
    .object({
      baseUrl: z.string().optional().catch(undefined),
      paths: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** Node.js documentation, "Modules: Packages": `name`, `main`, `exports`, `imports`; the others are bundlers' and TypeScript's. */
const PackageJson = z.object({
  name: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
  imports: z.unknown().optional(),
});

/** More patterns in one file, and targets of one pattern, come only from code made to. */
const MOST_PATTERNS = 2_000;
const MOST_TARGETS = 8;
/** Conditions within conditions of one target. */
const DEEPEST = 6;

const NOTHING: ModuleSettings = {
  extends: [],
  references: [],
  baseUrl: null,
  paths: null,
  name: null,
  exports: [],
  imports: [],
};

/** Reads such a file; what is broken in it says nothing. Both dialects have comments and commas at the end in practice. */
export function readModuleSettings(path: string, text: string): ModuleSettings {
  const value: unknown = parse(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true });
  return /(?:^|\/)package\.json$/.test(path) ? ofPackage(value) : ofConfig(value);
}

function ofConfig(value: unknown): ModuleSettings {
  const { data } = TsConfig.safeParse(value);
  if (data === undefined) return NOTHING;
  const { baseUrl, paths } = data.compilerOptions ?? {};
  return {
    ...NOTHING,
    extends: (data.extends ?? []).slice(0, MOST_TARGETS),
    references: (data.references ?? []).slice(0, MOST_PATTERNS).map((each) => each.path),
    baseUrl: baseUrl ?? null,
    paths: paths === undefined ? null : patternsOf(Object.entries(paths)),
  };
}

function ofPackage(value: unknown): ModuleSettings {
  const { data } = PackageJson.safeParse(value);
  if (data === undefined) return NOTHING;
  const entries = [data.source, data.main, data.module, data.types].filter((each) => each !== undefined);
  return {
    ...NOTHING,
    name: data.name ?? null,
    exports: [...patternsOf([['.', entries]]), ...patternsOf(subpathsOf(data.exports))],
    imports: patternsOf(membersOf(data.imports).filter(([key]) => key.startsWith('#'))),
  };
}

/** `exports` is the package's own target where no key starts with a dot. */
function subpathsOf(exports: unknown): readonly (readonly [string, unknown])[] {
  const members = membersOf(exports);
  return members.some(([key]) => key.startsWith('.')) ? members : [['.', exports]];
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function patternsOf(entries: readonly (readonly [string, unknown])[]): readonly ModulePattern[] {
  return entries.slice(0, MOST_PATTERNS).flatMap(([pattern, value]) => {
    const targets = [...new Set(targetsOf(value, 0))].slice(0, MOST_TARGETS);
    return targets.length === 0 || pattern.split('*').length > 2 ? [] : [{ pattern, targets }];
  });
}

/** Which condition holds is decided where the program runs: each may. */
function targetsOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') return value.split('*').length > 2 ? [] : [value];
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return [];
  return Object.values(value).flatMap((each) => targetsOf(each, depth + 1));
}
