const ALIASES: Readonly<Record<string, string>> = {
  'fs/promises': 'fs.promises',
  'fs-extra': 'fs',
  'graceful-fs': 'fs',
  'lodash-es': 'lodash',
  'timers/promises': 'timers.promises',
  'path/posix': 'path',
  'path/win32': 'path',
  subprocess32: 'subprocess',
  cPickle: 'pickle',
  _pickle: 'pickle',
  process: '~process',
  buffer: '~buffer',
  globals: '~',
};
/** Calls that load the module named by their first argument. */
export const LOADS: ReadonlySet<string> = new Set([
  '~require',
  '~import',
  '~__import__',
  '~module.require',
  '~require.main.require',
  '~process.mainModule.require',
  '~process.getBuiltinModule',
  '~module.constructor._load',
  'module._load',
  'module.Module._load',
  'importlib.import_module',
  'importlib.__import__',
]);
/** Calls that give the member of their first argument which the second names. */
export const LOOKS_UP: ReadonlySet<string> = new Set(['~Reflect.get', '~getattr']);
/** Calls whose result is called, or looked into, like their first argument. */
export const SAME: ReadonlySet<string> = new Set([
  'util.promisify',
  'es6-promisify.promisify',
  'bluebird.promisify',
  'bluebird.promisifyAll',
  'pify',
  'functools.partial',
  'asgiref.sync.sync_to_async',
  '~vars',
]);

/** A module's name as origins use it. */
export function moduleOf(name: string): string {
  const plain = name.startsWith('node:') ? name.slice('node:'.length) : name;
  // Single functions of lodash have paths, and packages, of their own.
  const part = !plain.startsWith('lodash') ? undefined : /^lodash(?:-es)?\/(\w+)(?:\.js)?$/.exec(plain)?.[1];
  return ALIASES[plain] ?? (part === undefined || part === 'fp' ? plain : `lodash.${part}`);
}

/** HTML, Window: a page that no frame holds is its own `top` and `parent`. Python: names of the module, and the built-in ones. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set([
  ...['~globalThis', '~global', '~window', '~self', '~top', '~parent', '~frames'],
  ...['~__builtins__', '~globals()'],
]);

/** A member of what comes from somewhere: what the global object holds is global. */
export function joined(from: string, property: string): string {
  if (GLOBAL_OBJECTS.has(from)) return `~${property}`;
  return property === 'default' ? from : `${from}.${property}`;
}
