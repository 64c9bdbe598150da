import type { DependencyEntry, PackageType } from '../core/dependency.ts';
import { linesOf, openText } from './opening.ts';
import type { DependencyFormat } from './types.ts';

const LARGEST = 1_000_000;

interface Rule {
  readonly file: RegExp;
  readonly type: PackageType;
  /** Group 1: the setting's name, group 2: its value. */
  readonly line: RegExp;
  /** True where only this value switches a protection off; the value is no address. */
  readonly off?: RegExp;
}

const NPMRC = /(^|\/)\.(npmrc|yarnrc)$/;
const PIP =
  /(^|\/)(pip\.conf|pip\.ini|requirements[^/]*\.txt|constraints[^/]*\.txt|requirements\/[^/]+\.(txt|in)|requirements[^/]*\.in)$/;
const PYTHON =
  /(^|\/)(pyproject\.toml|uv\.toml|Pipfile|poetry\.toml|pdm\.toml|\.pypirc|pip\.conf|pip\.ini|setup\.cfg)$/;
const CARGO = /(^|\/)\.cargo\/config(\.toml)?$/;
const SCRIPTED =
  /(^|\/)((.*\.)?Dockerfile(\..*)?|Containerfile|Makefile|\.env(\..*)?|go\.env|\.?devcontainer\.json)$|\.(sh|bash|ya?ml|mk)$/;
const JVM = /(^|\/)(build\.gradle(\.kts)?|settings\.gradle(\.kts)?|pom\.xml|settings\.xml)$/;

/** One line, one setting: the documented names of each tool's configuration. */
const RULES: readonly Rule[] = [
  { file: NPMRC, type: 'npm', line: /^\s*"?((?:@[\w.-]+:)?registry)"?(?:\s*=\s*|\s+)"?([^"\s]+)/ },
  { file: NPMRC, type: 'npm', line: /^\s*"?(strict-ssl|ignore-scripts)"?(?:\s*=\s*|\s+)"?(\w+)/, off: /^false$/i },
  {
    file: /(^|\/)\.yarnrc\.yml$/,
    type: 'npm',
    line: /^\s*(npmRegistryServer|npmPublishRegistry)\s*:\s*["']?([^"'\s]+)/,
  },
  {
    file: /(^|\/)\.yarnrc\.yml$/,
    type: 'npm',
    line: /^\s*(enableStrictSsl|checksumBehavior)\s*:\s*["']?(\w+)/,
    off: /^(false|ignore|update)$/i,
  },
  { file: /(^|\/)\.yarnrc\.yml$/, type: 'npm', line: /^\s*-\s*["']?(unsafeHttpWhitelist)["']?\s*:\s*(\S+)/ },
  { file: /(^|\/)bunfig\.toml$/, type: 'npm', line: /^\s*(registry|"?@?[\w.-]+"?)\s*=.*?["']?(https?:\/\/[^"'\s]+)/ },
  {
    file: /(^|\/)pnpm-workspace\.yaml$/,
    type: 'npm',
    line: /^\s*["']?((?:@[\w.-]+:)?registry)["']?\s*:\s*["']?([^"'\s]+)/,
  },
  { file: PIP, type: 'pypi', line: /^\s*(-i|--index-url|--extra-index-url|--find-links|-f)(?:\s*=\s*|\s+)(\S+)/ },
  { file: PIP, type: 'pypi', line: /^\s*(index-url|extra-index-url|find-links)\s*[=:]\s*(\S+)/ },
  { file: PIP, type: 'pypi', line: /^\s*(--trusted-host|trusted-host)(?:\s*=\s*|\s+)(\S+)/, off: /./ },
  {
    file: PYTHON,
    type: 'pypi',
    line: /^\s*(index-url|extra-index-url|default-index|find-links|index_url|repository)\s*=\s*\[?\s*["']?(https?:\/\/[^"'\s]+|\$\S+)/,
  },
  { file: CARGO, type: 'cargo', line: /^\s*(replace-with|registry|index|directory|local-registry)\s*=\s*["']([^"']+)/ },
  { file: SCRIPTED, type: 'golang', line: /\b(GOPROXY)\s*[=:]\s*["']?([^"'\s]+)/ },
  {
    file: SCRIPTED,
    type: 'golang',
    line: /\b(GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOINSECURE|GOFLAGS)\s*[=:]\s*["']?([^"'\s]+)/,
    off: /^(off|-insecure|.*[*.\w].*)$/i,
  },
  {
    file: SCRIPTED,
    type: 'npm',
    line: /\b(npm_config_registry|NPM_CONFIG_REGISTRY|YARN_NPM_REGISTRY_SERVER)\s*[=:]\s*["']?([^"'\s]+)/,
  },
  { file: SCRIPTED, type: 'npm', line: /\bnpm config set\s+(registry)[=\s]+["']?([^"'\s]+)/ },
  { file: SCRIPTED, type: 'npm', line: /\b(?:npm|pnpm|yarn|bun|npx)\b.*\s(--registry)[=\s]+["']?(https?:[^"'\s]+)/ },
  {
    file: SCRIPTED,
    type: 'pypi',
    line: /\b(PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|UV_INDEX_URL|UV_DEFAULT_INDEX|UV_EXTRA_INDEX_URL|UV_INDEX)\s*[=:]\s*["']?([^"'\s]+)/,
  },
  {
    file: SCRIPTED,
    type: 'pypi',
    line: /\b(?:pip3?|uv)\b.*\s(--index-url|--extra-index-url|-i)[=\s]+["']?(https?:[^"'\s]+)/,
  },
  { file: SCRIPTED, type: 'pypi', line: /\b(?:pip3?|uv)\b.*\s(--trusted-host)[=\s]+["']?([^"'\s]+)/, off: /./ },
  { file: /(^|\/)Gemfile$/, type: 'gem', line: /^\s*(source)[\s(]+["']([^"']+)/ },
  { file: /(^|\/)nuget\.config$/i, type: 'nuget', line: /<add\s+key="([^"]+)"\s+value="(https?:[^"]+)"/i },
  { file: JVM, type: 'maven', line: /\b(url|uri)\b\s*(?:=|\(|>|:)?\s*\(?(?:uri\()?\s*["']?(https?:[^"'<\s)]+)/ },
];

/** The part of TOML tables that name an index by `url`: `[[tool.uv.index]]`, `[[tool.poetry.source]]`, `[[source]]`. */
const INDEX_TABLE =
  /^\s*\[\[?\s*(tool\.uv\.index|tool\.poetry\.source|tool\.pdm\.source|source|registries\.[\w-]+|source\.[\w-]+)\s*\]?\]/;

/** Lines of configuration that say where packages come from, or switch off a check of it. */
export const registrySettings: DependencyFormat = {
  id: 'registry-settings',
  entry: 'manifest',
  matches: (path) => RULES.some((rule) => rule.file.test(path)),
  parse: (text, path) => {
    const rules = RULES.filter((rule) => rule.file.test(path));
    const isToml = PYTHON.test(path) || CARGO.test(path);
    const entries: DependencyEntry[] = [];
    let table = '';
    for (const [index, line] of linesOf(openText(text, path, LARGEST * 8)).entries()) {
      if (line.length > 4000 || /^\s*(#|\/\/|;)/.test(line)) continue;
      const location = { path, startLine: index + 1, endLine: index + 1, startColumn: 1, endColumn: line.length + 1 };
      if (isToml && /^\s*\[/.test(line)) table = INDEX_TABLE.exec(line)?.[1] ?? '';
      const url = table === '' ? null : /^\s*url\s*=\s*["']([^"']+)/.exec(line);
      if (url?.[1] !== undefined)
        entries.push(settingOf(CARGO.test(path) ? 'cargo' : 'pypi', `${table}.url`, url[1], location, false));
      for (const rule of rules) {
        const match = rule.line.exec(line);
        const [, name, value] = match ?? [];
        if (name === undefined || value === undefined) continue;
        if (rule.off === undefined) entries.push(settingOf(rule.type, name, value, location, false));
        else if (rule.off.test(value)) entries.push(settingOf(rule.type, name, value, location, true));
      }
    }
    return { entries, unread: [] };
  },
};

function settingOf(
  type: PackageType,
  name: string,
  value: string,
  location: DependencyEntry['location'],
  isOff: boolean,
): DependencyEntry {
  return {
    entry: 'manifest',
    type,
    name,
    range: value,
    location,
    scope: 'registry-setting',
    relationship: 'direct',
    source: 'url',
    ...(isOff ? {} : { resolvedUrl: value }),
  };
}
