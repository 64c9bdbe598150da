import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attribution } from '../../src/core/attribution.ts';
import type { FileSide, GuardrailContext, GuardrailSubject } from '../../src/core/detector.ts';
import { digestOf } from '../../src/core/digest.ts';

/**
 * One case of a guard-rail fixture. `fixtures/detectors/<rule>/bad.txt` and `good.txt` hold several each:
 *
 *     === name of the case
 *     key: value                         (optional, see `Settings`)
 *     -- before/path/of/file.yml --
 *     …
 *     -- after/path/of/file.yml --
 *     …
 *     -- pr/title --  -- pr/body --  -- pr/commit --
 *
 * A path under both `before/` and `after/` is one changed file; only one of them: added or removed. A line that carries
 * `expect: <rule>` says that a finding begins on the next line; `ok: <rule>` that none does. With `escapes: yes`, `\u{202E}`
 * stands for the character, so that no fixture holds what its rule looks for.
 */
export interface GuardrailCase {
  readonly name: string;
  readonly subjects: readonly GuardrailSubject[];
  readonly context: GuardrailContext;
}

interface Settings {
  /** `agent` (default) or `human`. */
  author: string;
  /** `old/path -> new/path` */
  rename: string;
  /** `after/path 120000`, or `both/path 120000`; a link's text ends with its line. */
  mode: string;
  escapes: string;
  /** `yes` where the merge base is empty. */
  first: string;
  /** `png 70000`: the added file is binary. */
  binary: string;
  /** `yes` in the repository that holds an organisation's policy. */
  organisation: string;
  /** A glob of files that are broken on purpose. */
  fixtures: string;
  /** `all` where a whole tree is looked at. */
  scope: string;
}

const SETTING = /^(author|rename|mode|escapes|first|binary|organisation|fixtures|scope): (.+)$/;
const SECTION = /^-- (before|after|pr)\/(.+) --$/;

const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'detectors');

export function attributionOf(author: string): Attribution {
  return author === 'human'
    ? { agent: null, class: 'human', tier: 'none', requester: null, evidence: [] }
    : { agent: 'claude', class: 'agent', tier: 'declared', requester: 'mona', evidence: [] };
}

/** A side as the reader of a snapshot would hand it over. */
export function side(path: string, text: string, mode = '100644'): FileSide {
  return { path, text, mode, blob: digestOf({ text }).slice(0, 40) };
}

/** One changed file as a subject. */
export function fileSubject(before: FileSide | null, after: FileSide | null): GuardrailSubject {
  return { kind: 'file', path: after?.path ?? before?.path ?? '', before, after };
}

export function contextFor(changes: Partial<GuardrailContext> = {}): GuardrailContext {
  return {
    changedPaths: [],
    removedPaths: [],
    attribution: attributionOf('agent'),
    firstCommit: false,
    fixturePaths: [],
    ...changes,
  };
}

function withCharacters(text: string): string {
  return text.replace(/\\u\{([0-9A-Fa-f]+)\}/g, (_whole, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

function parseCase(source: string): GuardrailCase {
  const [name = '', ...lines] = source.replace(/\n$/, '').split('\n');
  const settings: Partial<Settings> = {};
  const sections: { where: string; path: string; text: string }[] = [];
  for (const line of lines) {
    const section = SECTION.exec(line);
    const open = sections.at(-1);
    const setting = open === undefined ? SETTING.exec(line) : null;
    if (section !== null) sections.push({ where: section[1] ?? '', path: section[2] ?? '', text: '' });
    else if (setting !== null) settings[setting[1] as keyof Settings] = setting[2] ?? '';
    else if (open !== undefined) open.text += `${line}\n`;
  }
  return { name: name.trim(), ...build(settings, sections) };
}

function build(settings: Partial<Settings>, given: readonly { where: string; path: string; text: string }[]) {
  const written = (text: string) => (settings.escapes === 'yes' ? withCharacters(text) : text);
  const sections = given.map(({ where, path, text }) => ({ where, path: written(path), text: written(text) }));
  const [modePath = '', mode = ''] = settings.mode?.split(' ') ?? [];
  const [binaryFormat, size] = settings.binary?.split(' ') ?? [];
  const read = (where: string) =>
    new Map(
      sections
        .filter((section) => section.where === where)
        .map(({ path, text }) => {
          const moded = modePath === `${where}/${path}` || modePath === `both/${path}`;
          const own = moded ? side(path, mode === '120000' ? text.trimEnd() : text, mode) : side(path, text);
          const binary = {
            size: Number(size),
            sha256: digestOf(text),
            format: binaryFormat ?? '',
            text: text.split('\n'),
          };
          return [path, binaryFormat === undefined ? own : { ...own, text: '', binary }] as const;
        }),
    );
  const before = read('before');
  const after = read('after');
  const [from = '', to = ''] = written(settings.rename ?? '').split(' -> ');
  const subjects: GuardrailSubject[] = [];
  for (const [path, head] of after) {
    subjects.push(fileSubject(before.get(path === to ? from : path) ?? null, head));
  }
  for (const [path, base] of before) if (!after.has(path) && path !== from) subjects.push(fileSubject(base, null));
  const pr = sections.filter(({ where }) => where === 'pr');
  const part = (name: string) => pr.filter(({ path }) => path === name).map(({ text }) => text.trimEnd());
  if (pr.length > 0) {
    const commits = part('commit').map((message, index) => ({ sha: `${index}`.padStart(40, '0'), message }));
    subjects.push({ kind: 'pullRequest', title: part('title')[0] ?? '', body: part('body')[0] ?? '', commits });
  }
  const context = contextFor({
    attribution: attributionOf(settings.author ?? 'agent'),
    changedPaths: [...new Set([...before.keys(), ...after.keys()])],
    removedPaths: [...before.keys()].filter((path) => !after.has(path)),
    firstCommit: settings.first === 'yes',
    organisationPolicy: settings.organisation === 'yes',
    fixturePaths: settings.fixtures === undefined ? [] : [settings.fixtures],
    ...(settings.scope === 'all' ? { scope: 'all' } : {}),
  });
  return { subjects, context };
}

export function parseCases(text: string): readonly GuardrailCase[] {
  return text.split(/^=== /m).slice(1).map(parseCase);
}

/** The cases of a rule. Throws where the rule has no fixture file of that kind. */
export function guardrailCases(rule: string, kind: 'bad' | 'good'): readonly GuardrailCase[] {
  return parseCases(readFileSync(join(FOLDER, rule, `${kind}.txt`), 'utf8'));
}

/** Rules that have a fixture folder in this form. */
export function guardrailFixtureFolders(): readonly string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(FOLDER, entry.name)).includes('bad.txt'))
    .map((entry) => entry.name)
    .sort();
}
