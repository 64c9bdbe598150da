import type { PackageType } from '../../core/dependency.ts';
import { linesOf } from '../opening.ts';
import { isRequirementsFile } from '../pypi/lines.ts';
import type { Setting } from './entry.ts';

interface Rule {
  readonly type: PackageType;
  /** Group 1: the setting's name, group 2: its value. */
  readonly line: RegExp;
  /** Only this value switches a protection off; the value is no address. */
  readonly off?: RegExp;
}

/** A longer line is data. UTF-16 code units. */
const LONGEST = 4000;

const NPMRC = /(^|\/)\.(npmrc|yarnrc)$/;
const PIP_CONFIG = /(^|\/)(pip\.conf|pip\.ini|setup\.cfg)$/;
const CONDA = /(^|\/)(?:[\w.-]*environment[\w.-]*|conda[\w.-]*)\.ya?ml$/i;
const SCRIPTED =
  /(^|\/)((.*\.)?Dockerfile(\..*)?|Containerfile|(GNU)?[Mm]akefile|[Jj]ustfile|\.env(\..*)?|\.envrc|go\.env|\.?devcontainer\.json|tox\.ini|Jenkinsfile)$|\.(sh|bash|zsh|ya?ml|mk|ps1)$/i;
const BUNDLE = /(^|\/)\.bundle\/config$/;
const GEMFILE = /(^|\/)(Gemfile[^/]*|gems\.rb|[^/]+\.gemfile)$/;

const PIP_OPTION =
  /(?:^|\s)(-i|--index-url|--pypi-url|--extra-index-url|--find-links|-f)(?:\s*=\s*|\s+|(?<=(?:^|\s)-[if]))["']?([^\s"']+)/;

/** `.npmrc` of npm and pnpm, `.yarnrc` of yarn 1 (npm docs, "npmrc"; yarn docs, "yarnrc"). */
const NPMRC_RULES: readonly Rule[] = [
  { type: 'npm', line: /^\s*"?((?:@[\w.-]+:)?registry)"?(?:\s*=\s*|\s+)"?([^"\s]+)/ },
  { type: 'npm', line: /^\s*"?(strict-ssl|ignore-scripts)"?(?:\s*=\s*|\s+)"?(\w+)/, off: /^false$/i },
];

/** Options in requirements files (pip docs, "Requirements File Format"), on logical lines. */
const REQUIREMENT_RULES: readonly Rule[] = [
  { type: 'pypi', line: PIP_OPTION },
  { type: 'pypi', line: /(?:^|\s)(--trusted-host)(?:\s*=\s*|\s+)(\S+)/, off: /./ },
];

/** pip's configuration (pip docs, "Configuration"), setuptools' `[easy_install]`. */
const PIP_RULES: readonly Rule[] = [
  { type: 'pypi', line: /^\s*(index-url|index_url|extra-index-url|find-links|find_links)\s*[=:]\s*(\S+)/ },
  { type: 'pypi', line: /^\s*(trusted-host)\s*[=:]\s*(\S+)/, off: /./ },
];

/** One value, or several in quotation marks. */
const VALUE = `("[^"]*"|'[^']*'|[^"'\\s]+)`;

/** Environment variables as shells, YAML and Dockerfiles set them; `ENV NAME value` is a Dockerfile's older way. */
function variable(type: PackageType, names: string, off?: RegExp): Rule[] {
  return [new RegExp(`\\b(${names})["']?\\s*[=:]\\s*${VALUE}`), new RegExp(`^\\s*ENV\\s+(${names})\\s+${VALUE}`)].map(
    (line) => (off === undefined ? { type, line } : { type, line, off }),
  );
}

/** What scripts, images and workflows set: environment variables, options and `config` commands of each tool. */
const SCRIPT_RULES: readonly Rule[] = [
  ...variable('golang', 'GOPROXY'),
  ...variable('golang', 'GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOINSECURE|GOFLAGS', /^(off|-insecure|.*[*.\w].*)$/i),
  ...variable(
    'npm',
    'npm_config_registry|NPM_CONFIG_REGISTRY|YARN_NPM_REGISTRY_SERVER|YARN_REGISTRY|BUN_CONFIG_REGISTRY',
  ),
  ...variable('npm', 'NODE_TLS_REJECT_UNAUTHORIZED|npm_config_strict_ssl|NPM_CONFIG_STRICT_SSL', /^(0|false)$/i),
  {
    type: 'npm',
    line: /\b(?:npm|pnpm|yarn) (?:config )?set\s+["']?((?:@[\w.-]+:)?registry|npmRegistryServer)[=\s"']+([^"'\s]+)/,
  },
  { type: 'npm', line: /\b(?:npm|pnpm|yarn|bunx?|npx)\b.*\s(--registry)[=\s]+["']?([^"'\s]+)/ },
  {
    type: 'npm',
    line: /\b(?:npm|pnpm|yarn) (?:config )?set\s+["']?(strict-ssl|enableStrictSsl)[=\s"']+(\w+)/,
    off: /^false$/i,
  },
  ...variable(
    'pypi',
    'PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|PIP_FIND_LINKS|UV_INDEX_URL|UV_DEFAULT_INDEX|UV_EXTRA_INDEX_URL|UV_INDEX|PDM_PYPI_URL|PIPENV_PYPI_MIRROR',
  ),
  ...variable('pypi', 'PIP_TRUSTED_HOST|UV_INSECURE_HOST', /./),
  {
    type: 'pypi',
    line: /\b(?:pip3?|uv|uvx|pipx|pdm|poetry)\b.*\s(--index-url|--extra-index-url|--default-index|--index|--pypi-mirror|-i)[=\s]+["']?((?:\w+=)?(?:https?:|\$)[^"'\s]+)/,
  },
  { type: 'pypi', line: /\bpip3? config\b.*\s((?:global|install|user)\.(?:extra-)?index-url)\s+["']?([^"'\s]+)/ },
  { type: 'pypi', line: /\bpoetry (source add)\b.*\s["']?(https?:[^"'\s]+)/ },
  { type: 'pypi', line: /\b(?:pip3?|uv)\b.*\s(--trusted-host|--allow-insecure-host)[=\s]+["']?([^"'\s]+)/, off: /./ },
  { type: 'gem', line: /\bgem (sources)\b.*\s(https?:[^"'\s]+)/ },
  { type: 'gem', line: /\bbundle config\b.*\s["']?(mirror\.[^\s"']+)["']?\s+["']?(https?:[^"'\s]+)/ },
  { type: 'nuget', line: /\bdotnet nuget (add source|update source)\b.*?\s["']?(https?:[^"'\s]+)/ },
  ...variable('cargo', 'CARGO_REGISTRIES_\\w+_INDEX|CARGO_SOURCE_\\w+'),
];

/** `.bundle/config` (Bundler, "bundle config": mirror). */
const BUNDLE_RULES: readonly Rule[] = [
  { type: 'gem', line: /^(BUNDLE_MIRROR__\S+?):\s*["']?([^"'\s]+)/ },
  { type: 'gem', line: /^(BUNDLE_SSL_VERIFY_MODE):\s*["']?(\w+)/, off: /^0$/ },
];

const GEMFILE_RULES: readonly Rule[] = [{ type: 'gem', line: /^\s*(source)[\s(]+["']([^"']+)/ }];
const CONDA_RULES: readonly Rule[] = [
  {
    type: 'pypi',
    line: /^\s*-\s*["']?(-i|--index-url|--extra-index-url|--find-links|-f)(?:\s*=\s*|\s+)["']?([^\s"']+)/,
  },
  { type: 'pypi', line: /^\s*-\s*["']?(--trusted-host)(?:\s*=\s*|\s+)["']?([^\s"']+)/, off: /./ },
];

const FILES: readonly { readonly file: { test(path: string): boolean }; readonly rules: readonly Rule[] }[] = [
  { file: NPMRC, rules: NPMRC_RULES },
  { file: { test: isRequirementsFile }, rules: REQUIREMENT_RULES },
  { file: PIP_CONFIG, rules: PIP_RULES },
  { file: SCRIPTED, rules: SCRIPT_RULES },
  { file: BUNDLE, rules: BUNDLE_RULES },
  { file: GEMFILE, rules: GEMFILE_RULES },
  { file: CONDA, rules: CONDA_RULES },
];

export function hasSettingLines(path: string): boolean {
  return FILES.some(({ file }) => file.test(path));
}

/** Settings that stand on lines of their own: the documented names of each tool's configuration. */
export function settingsOfLines(text: string, path: string): Setting[] {
  const rules = FILES.filter(({ file }) => file.test(path)).flatMap((one) => one.rules);
  if (rules.length === 0) return [];
  return logicalLines(text, path).flatMap(({ line, start, end }) => {
    if (line.length > LONGEST || /^\s*(#|\/\/|;)/.test(line)) return [];
    const location = { path, startLine: start, endLine: end, startColumn: 1, endColumn: line.length + 1 };
    const single = start === end ? location : { path, startLine: start, endLine: end };
    return rules.flatMap(({ type, line: pattern, off }): Setting[] => {
      const [, name, written = ''] = pattern.exec(line) ?? [];
      if (name === undefined) return [];
      const value = written.replaceAll(/^["']|["']$/g, '');
      if (off !== undefined) return off.test(value) ? [{ type, name, value, location: single, isOff: true }] : [];
      return addressesOf(value).map((address) => ({ type, name, value: address, location: single, isOff: false }));
    });
  });
}

/** Several addresses stand apart by blanks (pip, uv), commas or bars (GOPROXY); `direct` and `off` are none. */
function addressesOf(value: string): string[] {
  return value
    .split(/[\s,|]+/)
    .map((part) => part.replace(/^[\w.-]+=(?=https?:)/, ''))
    .filter((part) => part !== '' && part !== 'direct' && part !== 'off');
}

interface Line {
  readonly line: string;
  readonly start: number;
  readonly end: number;
}

/** Lines with what they go on with: a backslash at the end, or in an INI file further lines that are indented. */
function logicalLines(text: string, path: string): Line[] {
  const isIni = PIP_CONFIG.test(path);
  const found: { line: string; start: number; end: number }[] = [];
  let key = '';
  let goesOn = false;
  for (const [index, raw] of linesOf(text).entries()) {
    const open = found.at(-1);
    const continues = raw.endsWith('\\');
    const content = continues ? raw.slice(0, -1) : raw;
    if (goesOn && open !== undefined && open.line.length < LONGEST) {
      open.line += ` ${content}`;
      open.end = index + 1;
    } else if (isIni && /^\s+\S/.test(raw) && key !== '') {
      // Each further value of a key is a setting of that key.
      found.push({ line: `${key}= ${content.trim()}`, start: index + 1, end: index + 1 });
    } else {
      key = isIni ? (/^\s*([\w-]+)\s*[=:]/.exec(raw)?.[1] ?? '') : '';
      found.push({ line: content, start: index + 1, end: index + 1 });
    }
    goesOn = continues;
  }
  return found;
}
