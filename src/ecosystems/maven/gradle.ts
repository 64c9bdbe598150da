import type { Location } from '../../core/location.ts';
import { openText } from '../opening.ts';
import { addEntry, baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';
import { pluginMarker } from './catalog.ts';
import { type Token, tokensOf } from './gradle-tokens.ts';
import { exactVersion } from './pom.ts';

/** Characters. */
const LIMIT = 1_000_000;
/** Characters of a value that is put in, and of what it is put into. */
const LONGEST = 1000;
/** Tokens. */
const LONGEST_STATEMENT = 2000;
/** `group:artifact[:version[:classifier]][@extension]` (Gradle, "Declaring Dependencies Basics"). */
const NOTATION = /^([\w.-]+:[\w.-]+)(?::([^:@\s]*))?(?::[^:@\s]*)?(?:@\w+)?$/;

/** Blocks whose strings name artifacts. */
const BLOCKS: ReadonlySet<string> = new Set([
  'dependencies',
  'constraints',
  'resolutionStrategy',
  'dependencySubstitution',
]);

/** Where the reader is: the names of the open blocks, innermost last. */
interface Script {
  readonly reading: Reading;
  readonly tokens: readonly Token[];
  readonly values: ReadonlyMap<string, string | null>;
}

/**
 * build.gradle, settings.gradle and their Kotlin forms, read without running them: `group:artifact:version` and map
 * notation in `dependencies` blocks, and `id … version …` in `plugins`. Names that are computed are noted as unread.
 */
export const gradle: DependencyFormat = {
  id: 'gradle',
  entry: 'manifest',
  matches: (path) => /\.gradle(?:\.kts)?$/.test(baseName(path)),
  parse: (text, path) => {
    const reading = startReading(path, 'maven', 'manifest');
    const tokens = tokensOf(openText(text, path, LIMIT), path);
    readScript({ reading, tokens, values: valuesOf(tokens) });
    return finish(reading);
  },
};

function readScript(script: Script): void {
  const blocks: string[] = [];
  let statement: Token[] = [];
  const end = (): void => {
    if (statement.length > 0) readStatement(script, statement, blocks);
    statement = [];
  };
  let round = 0;
  for (const token of script.tokens) {
    const isSign = token.kind === 'sign';
    if (isSign && token.value === '{') {
      const name = blockName(statement);
      end();
      blocks.push(name);
      round = 0;
    } else if (isSign && token.value === '}') {
      end();
      blocks.pop();
      round = 0;
    } else if (isSign && (token.value === ';' || (token.value === '\n' && round === 0 && !goesOn(statement)))) end();
    else if (!isSign || token.value !== '\n') {
      if (isSign && (token.value === '(' || token.value === '[')) round += 1;
      if (isSign && (token.value === ')' || token.value === ']')) round = Math.max(0, round - 1);
      statement.push(token);
    }
  }
  end();
}

/** A line that ends in a comma or an operator is continued on the next. */
function goesOn(statement: readonly Token[]): boolean {
  const last = statement.at(-1);
  return last?.kind === 'sign' && /[,+:=.]/.test(last.value);
}

/** The last word outside brackets: `dependencies` in `project.dependencies {`, `create` in `create("x") {`. */
function blockName(statement: readonly Token[]): string {
  let round = 0;
  let name = '';
  for (const token of statement) {
    if (token.kind === 'sign' && token.value === '(') round += 1;
    else if (token.kind === 'sign' && token.value === ')') round -= 1;
    else if (token.kind === 'word' && round === 0) name = token.value;
  }
  return name;
}

function readStatement(script: Script, statement: readonly Token[], blocks: readonly string[]): void {
  if (blocks.includes('plugins')) readPlugin(script, statement);
  else if (blocks.some((block) => BLOCKS.has(block)) && blocks.at(-1) !== 'exclude') readDependency(script, statement);
  else if (statement[0]?.value === 'apply') readApply(script, statement);
  else if (isDirectCall(statement)) readDependency(script, statement.slice(2));
}

/** `apply from: 'https://…'` runs what lies there. */
function readApply(script: Script, statement: readonly Token[]): void {
  const address = statement.find((token) => token.kind === 'text' && /^https?:/i.test(token.value));
  if (address === undefined) return;
  noteUnread(script.reading, address.line, `a script is taken from an address: ${address.value.slice(0, 100)}`);
}

/** `dependencies.add("implementation", "g:a:v")` outside a block. */
function isDirectCall(statement: readonly Token[]): boolean {
  const [first, second] = statement;
  return first?.kind === 'word' && first.value === 'dependencies' && second?.value === '.';
}

/** `id("x") version "1"`, `kotlin("jvm") version "1"`; `alias(libs.…)` is a line of the version catalog. */
function readPlugin(script: Script, statement: readonly Token[]): void {
  const [verb] = statement;
  const texts = statement.filter((token) => token.kind === 'text');
  const [id] = texts;
  if (verb?.kind !== 'word' || id === undefined || (verb.value !== 'id' && verb.value !== 'kotlin')) return;
  const versionAt = statement.findIndex((token) => token.kind === 'word' && token.value === 'version');
  const version = versionAt < 0 ? undefined : statement.slice(versionAt + 1).find((token) => token.kind === 'text');
  const name = verb.value === 'kotlin' ? `org.jetbrains.kotlin.${id.value}` : id.value;
  if (id.isTemplate) noteUnread(script.reading, id.line, `the plugin's id is computed: ${id.value.slice(0, 80)}`);
  // A plugin without a version comes with Gradle, from the build itself or from another file's line.
  else if (version !== undefined) add(script, statement, pluginMarker(name), version, 'plugins');
}

function readDependency(script: Script, statement: readonly Token[]): void {
  const configuration = statement.find((token) => token.kind === 'word')?.value ?? '';
  if (['exclude', 'because', 'println'].includes(configuration)) return;
  if (statement.length > LONGEST_STATEMENT) {
    noteUnread(script.reading, statement[0]?.line ?? 1, 'a statement longer than any real one');
    return;
  }
  if (isMap(statement)) {
    readMap(script, statement, configuration);
    return;
  }
  const before = script.reading.entries.length + script.reading.unread.length;
  for (const [index, token] of statement.entries()) {
    if (token.kind === 'text') readText(script, statement, index, configuration);
  }
  const isSilent = before === script.reading.entries.length + script.reading.unread.length;
  if (isSilent && isComputed(statement)) readConstant(script, statement, configuration);
}

/** Texts that name no artifact, by the call they stand in. */
const OTHER_CALLS =
  /^(?:project|files|fileTree|because|exclude|named|from|include|capability|requireCapability|dir|kotlin|strictly|prefer|require|reject|variantOf|attribute)$/;

function readText(script: Script, statement: readonly Token[], index: number, configuration: string): void {
  const token = statement[index];
  const caller = callerOf(statement, index);
  if (token === undefined) return;
  if (caller === 'kotlin') {
    const isSecond = statement[index - 1]?.value === ',';
    const version = statement.slice(index + 1).find((later) => later.kind === 'text');
    const name = `org.jetbrains.kotlin:kotlin-${token.value}`;
    if (!isSecond) add(script, statement, name, version, configuration);
    return;
  }
  if (OTHER_CALLS.test(caller)) return;
  const value = token.isTemplate ? substitute(token.value, script.values) : token.value;
  const [, name, version] =
    NOTATION.exec(value.replaceAll(/\$\{[^}]*\}/g, (part) => part.replaceAll(/[\s:@]/g, '_'))) ?? [];
  if (name !== undefined && !name.includes('$')) addNamed(script, statement, name, version, configuration);
  else if (value.includes(':')) {
    noteUnread(script.reading, token.line, `not a plain group:artifact:version: ${value.slice(0, 100)}`);
  }
}

/** A bare name may be a constant of the script; otherwise what it holds is not known. */
function readConstant(script: Script, statement: readonly Token[], configuration: string): void {
  const constant = statement.slice(1).find((token) => token.kind === 'word')?.value ?? '';
  const [, name, version] = NOTATION.exec(script.values.get(constant) ?? '') ?? [];
  if (name !== undefined) {
    addNamed(script, statement, name, version, configuration);
    return;
  }
  const said = statement.map((token) => token.value).join('');
  noteUnread(script.reading, statement[0]?.line ?? 1, `the dependency is computed: ${said.slice(0, 100)}`);
}

/** `implementation foo` or `implementation(foo.bar)`: neither the catalog, a project, files, nor a helper of Gradle. */
function isComputed(statement: readonly Token[]): boolean {
  const [configuration, ...rest] = statement;
  const word = rest.find((token) => token.kind === 'word')?.value;
  const isCall = configuration?.kind === 'word' && CONFIGURATION.test(configuration.value);
  const isSum = rest.some((token) => token.kind === 'text') && rest.some((token) => token.value === '+');
  return isCall && (isSum || (word !== undefined && !KNOWN.test(word) && !/[Ll]ibs?$/.test(word)));
}

/** Names of configurations, by their ends: `testImplementation`, `debugApi`, `annotationProcessor`. */
const CONFIGURATION =
  /(?:[iI]mplementation|[aA]pi|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|[rR]untime|classpath|kapt|ksp|[pP]rocessor)$/;
/** What stands for a catalog's line, a project of the build, files, or Gradle's own. */
const KNOWN =
  /^(?:libs|projects|project|files|fileTree|platform|enforcedPlatform|gradleApi|gradleTestKit|localGroovy|testFixtures|gradleKotlinDsl|sourceSets|compose|kotlin)$/;

/** `group: 'g', name: 'a', version: 'v'`, in Kotlin with `=`. */
function isMap(statement: readonly Token[]): boolean {
  return statement.some(
    (token, index) =>
      token.kind === 'word' && token.value === 'group' && /^[:=]$/.test(statement[index + 1]?.value ?? ''),
  );
}

function readMap(script: Script, statement: readonly Token[], configuration: string): void {
  const valueAt = (key: string): string | undefined => {
    const index = statement.findIndex(
      (token, place) =>
        token.value === key && token.kind === 'word' && /^[:=]$/.test(statement[place + 1]?.value ?? ''),
    );
    const token = index < 0 ? undefined : statement[index + 2];
    if (token === undefined) return undefined;
    if (token.kind === 'text') return token.isTemplate ? substitute(token.value, script.values) : token.value;
    return script.values.get(token.value) ?? `$${token.value}`;
  };
  const name = `${valueAt('group') ?? ''}:${valueAt('name') ?? ''}`;
  if (/^[\w.-]+:[\w.-]+$/.test(name)) addNamed(script, statement, name, valueAt('version'), configuration);
  else noteUnread(script.reading, statement[0]?.line ?? 1, `the artifact's name is computed: ${name.slice(0, 100)}`);
}

/** The word before the bracket that a text stands in: `platform` in `platform("g:a:v")`. */
function callerOf(statement: readonly Token[], index: number): string {
  let here = index - 1;
  while (here >= 0 && statement[here]?.value !== '(' && statement[here]?.kind !== 'word') here -= 1;
  const found = statement[here]?.kind === 'word' ? statement[here] : statement[here - 1];
  return found?.kind === 'word' ? found.value : '';
}

function add(
  script: Script,
  statement: readonly Token[],
  name: string,
  version: Token | undefined,
  scope: string,
): void {
  const range =
    version === undefined ? undefined : version.isTemplate ? substitute(version.value, script.values) : version.value;
  addNamed(script, statement, name, range, scope);
}

function addNamed(
  script: Script,
  statement: readonly Token[],
  name: string,
  range: string | undefined,
  scope: string,
): void {
  addEntry(script.reading, {
    name,
    range,
    version:
      range === undefined || range.includes('+') || range.startsWith('latest.') ? undefined : exactVersion(range),
    location: locationOf(script.reading.path, statement),
    scope,
    relationship: 'direct',
    source: 'registry',
  });
}

function locationOf(path: string, statement: readonly Token[]): Location {
  const first = statement[0];
  const last = statement.at(-1);
  if (first === undefined || last === undefined) return { path, startLine: 1, endLine: 1 };
  return { path, startLine: first.line, startColumn: first.column, endLine: last.line };
}

/** `def x = 'v'`, `val x = "v"`, `ext.x = 'v'`, `x = 'v'` and `set("x", "v")`; `null` where two lines set it. */
function valuesOf(tokens: readonly Token[]): ReadonlyMap<string, string | null> {
  const values = new Map<string, string | null>();
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    const value = tokens[index + 2];
    const isAssigned = token.kind === 'word' && next?.value === '=' && value?.kind === 'text' && !value.isTemplate;
    if (isAssigned)
      values.set(token.value, values.has(token.value) || value.value.length > LONGEST ? null : value.value);
  });
  return values;
}

/** Puts values in the place of `$name`, `${name}` and `${ext.name}`. */
function substitute(text: string, values: ReadonlyMap<string, string | null>): string {
  if (text.length > LONGEST) return text;
  return text.replaceAll(
    /\$(?:\{(?:[\w]+\.)*(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      return values.get(braced ?? bare ?? '') ?? whole;
    },
  );
}
