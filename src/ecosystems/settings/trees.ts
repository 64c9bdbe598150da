import type { PackageType } from '../../core/dependency.ts';
import type { Tree } from '../tree.ts';
import { parseTomlTree } from '../tree-toml.ts';
import { parseYamlTree } from '../tree-yaml.ts';
import type { Setting } from './entry.ts';

interface Rule {
  /** Keys from the root, `.` between them, list items left out. */
  readonly key: RegExp;
  /** Only this value switches a protection off; the value is no address. */
  readonly off?: RegExp;
}

interface Kind {
  readonly file: RegExp;
  readonly type: PackageType;
  readonly format: 'toml' | 'yaml';
  readonly rules: readonly Rule[];
}

const KINDS: readonly Kind[] = [
  {
    // uv, "Settings"; poetry, "Repositories"; pdm, "Configuration"; pipenv, "Pipfile".
    file: /(^|\/)(pyproject\.toml|uv\.toml|Pipfile|poetry\.toml|pdm\.toml|\.pdm\.toml)$/,
    type: 'pypi',
    format: 'toml',
    rules: [
      { key: /(^|\.)(index-url|extra-index-url|default-index|find-links|index_url|extra_index_url)$/ },
      {
        key: /(^|\.)(tool\.uv\.index|tool\.poetry\.source|tool\.pdm\.source|source|index|pypi|repositories\.[^.]+)\.url$/,
      },
      { key: /(^|\.)(allow-insecure-host|trusted-host|trusted_host)$/, off: /./ },
      { key: /(^|\.)(source|pypi|sources)\.verify_ssl$|^certificates\.[^.]+\.cert$/, off: /^false$/ },
    ],
  },
  {
    // The Cargo Book, "Configuration": source replacement, registries.
    file: /(^|\/)\.cargo\/config(\.toml)?$/,
    type: 'cargo',
    format: 'toml',
    rules: [
      { key: /^source\.[^.]+\.(replace-with|registry|directory|local-registry|git)$/ },
      { key: /^registries\.[^.]+\.index$|^registry\.(index|default)$/ },
      { key: /^http\.check-revoke$/, off: /^false$/ },
    ],
  },
  {
    // The Cargo Book, "Registries": a registry by its index, in a dependency's own line, is read with the dependency.
    file: /(^|\/)bunfig\.toml$/,
    type: 'npm',
    format: 'toml',
    rules: [{ key: /^install\.(registry|scopes\.[^.]+)(\.url)?$/ }],
  },
  {
    // yarn, "Configuration (.yarnrc.yml)".
    file: /(^|\/)\.yarnrc\.yml$/,
    type: 'npm',
    format: 'yaml',
    rules: [
      { key: /(^|\.)(npmRegistryServer|npmPublishRegistry)$/ },
      { key: /^(enableStrictSsl|checksumBehavior|enableHardenedMode)$/, off: /^(false|ignore|update|reset)$/i },
      { key: /^unsafeHttpWhitelist$/, off: /./ },
    ],
  },
  {
    // pnpm, "Settings (pnpm-workspace.yaml)".
    file: /(^|\/)pnpm-workspace\.yaml$/,
    type: 'npm',
    format: 'yaml',
    rules: [
      { key: /^(registry|@[^.]*:registry|registries\.[^.]+|namedRegistries\.[^.]+)$/ },
      { key: /^(strictSsl|verifyStoreIntegrity)$/, off: /^false$/i },
    ],
  },
];

/** More nested than any settings. */
const DEEPEST = 12;

export function hasSettingTree(path: string): boolean {
  return KINDS.some(({ file }) => file.test(path));
}

/** Settings of a TOML or YAML file, wherever and in whatever notation they stand. */
export function settingsOfTree(text: string, path: string): Setting[] {
  const kind = KINDS.find(({ file }) => file.test(path));
  if (kind === undefined) return [];
  const root = kind.format === 'toml' ? parseTomlTree(text, path) : parseYamlTree(text, path);
  const found: Setting[] = [];
  visit(root, '', 0);
  return found;

  function visit(node: Tree, key: string, depth: number): void {
    if (depth > DEEPEST) return;
    if (node.kind === 'table') {
      for (const member of node.members.values()) {
        visit(member.value, key === '' ? member.key : `${key}.${member.key}`, depth + 1);
      }
    } else if (node.kind === 'list') for (const item of node.items) visit(item, key, depth + 1);
    else take(node, key);
  }

  function take(node: Extract<Tree, { kind: 'text' | 'scalar' }>, key: string): void {
    if (kind === undefined || node.value === '') return;
    for (const rule of kind.rules) {
      if (!rule.key.test(key) || (rule.off !== undefined && !rule.off.test(node.value))) continue;
      found.push({
        type: kind.type,
        name: key,
        value: node.value,
        location: node.location,
        isOff: rule.off !== undefined,
      });
      return;
    }
  }
}
