import { stringify } from 'yaml';
import { DEFAULT_POLICY } from '../core/policy.ts';
import { leavesOf, type ResolvedPolicy, valueAt } from './resolve.ts';
import { PolicyFile } from './schema.ts';

/** Every value of a settled policy as JSON, and the layer it comes from; `width` is the longest key's, in characters. */
export function explainPolicy({ policy, origins }: ResolvedPolicy): {
  readonly lines: readonly { readonly key: string; readonly value: string; readonly origin: string }[];
  readonly width: number;
} {
  const keys = leavesOf(policy);
  const lines = keys.map((key) => ({
    key,
    value: JSON.stringify(valueAt(policy, key)),
    origin: origins.get(key) ?? sourceAbove(origins, key),
  }));
  return { lines, width: Math.max(...keys.map((key) => key.length)) };
}

/** A record such as `rules` has its sources at its entries; where it is empty, it is the default. */
function sourceAbove(origins: ResolvedPolicy['origins'], key: string): string {
  const below = [...origins].find(([name]) => name.startsWith(`${key}.`));
  return below?.[1] ?? 'default';
}

/** A first policy file: every key with its description, commented out at its default. `schema` is the path an editor reads. */
export function firstPolicy(schema: string): string {
  const parts = [
    `# yaml-language-server: $schema=${schema}`,
    '# Policy of Countersign. It counts from the tip of the default branch; a pull request that changes it is judged by the',
    '# policy before the change, and signed by an administrator. `countersign config check --explain` shows what applies.',
  ];
  for (const [key, field] of Object.entries(PolicyFile.shape)) {
    if (key === 'floor') continue;
    const written = stringify({ [key]: writtenDefault(key) }, { lineWidth: 0, flowCollectionPadding: true }).trimEnd();
    parts.push(
      [
        '',
        ...wrapped(descriptionOf(field), 116).map((line) => `## ${line}`),
        ...written.split('\n').map((line) => `# ${line}`),
      ].join('\n'),
    );
  }
  return `${parts.join('\n')}\n`;
}

function writtenDefault(key: string): unknown {
  const value = Object.hasOwn(DEFAULT_POLICY, key) ? valueAt(DEFAULT_POLICY, key) : null;
  if (key !== 'appliesTo') return value;
  return { ...DEFAULT_POLICY.appliesTo.classes, agents: DEFAULT_POLICY.appliesTo.agents };
}

/** The description may stand on the optional wrapper or on what it wraps. */
function descriptionOf(field: { readonly description?: string | undefined; readonly unwrap?: () => unknown }): string {
  if (field.description !== undefined) return field.description;
  const inner = field.unwrap?.();
  const has = typeof inner === 'object' && inner !== null && 'description' in inner;
  return has && typeof inner.description === 'string' ? inner.description : '';
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
