import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import type { Location } from '../../core/location.ts';
import { addImage, interpolate } from '../image.ts';
import { unreadable } from '../json.ts';
import { linesOf, openText } from '../opening.ts';
import { baseName, finish, noteUnread, type Reading, startReading } from '../reading.ts';
import type { DependencyFormat } from '../types.ts';

/** Characters. */
const LIMIT = 500_000;
/** Lines; dockerfile-ast takes some 20 microseconds for each. */
const MOST_LINES = 20_000;
/** Characters of an argument's value; no image reference is longer. */
const LONGEST_VALUE = 500;
const FILE = /^(?:[\w.-]+\.)?(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$|\.(?:dockerfile|containerfile)$/i;
const NO_FILE = /\.(?:dockerignore|md|txt|sh|ya?ml|json|[cm]?[jt]sx?|py|rb|go|rs|java|cs|php|html)$/i;

/** Dockerfile and Containerfile in their usual spellings (Dockerfile reference): FROM, COPY --from, RUN --mount=from, syntax. */
export const dockerfile: DependencyFormat = {
  id: 'dockerfile',
  entry: 'manifest',
  matches: (path) => FILE.test(baseName(path)) && !NO_FILE.test(path),
  parse: (text, path) => {
    const reading = startReading(path, 'docker', 'manifest');
    const opened = openText(text, path, LIMIT);
    const lines = linesOf(opened);
    if (lines.length > MOST_LINES) throw unreadable(path, MOST_LINES, `more than ${MOST_LINES} lines`);
    readDockerfile(reading, opened, (line, endLine) => {
      const first = lines[line] ?? '';
      const indent = first.length - first.trimStart().length;
      return {
        path,
        startLine: line + 1,
        startColumn: indent + 1,
        endLine: endLine + 1,
        endColumn: (lines[endLine] ?? '').length + 1,
      };
    });
    if (reading.entries.length + reading.unread.length === 0 && !/^\s*FROM\s/im.test(opened)) {
      throw unreadable(path, 1, 'no FROM instruction, so this is no complete Dockerfile');
    }
    return finish(reading);
  },
};

/** Adds the images of a Dockerfile's text. `placeOf` maps lines, counted from 0, to a place. */
export function readDockerfile(
  reading: Reading,
  text: string,
  placeOf: (line: number, endLine: number) => Location,
): void {
  const file = DockerfileParser.parse(text);
  const syntax = file.getDirectives().find((directive) => directive.getName().toLowerCase() === 'syntax');
  if (syntax !== undefined) {
    const line = syntax.getRange().start.line;
    addImage(reading, syntax.getValue() ?? '', placeOf(line, line), { scope: 'syntax' });
  }
  const stages: Stages = { variables: new Map(), names: new Set() };
  let isBeforeStages = true;
  for (const instruction of file.getInstructions()) {
    const range = instruction.getRange();
    const place = placeOf(range.start.line, range.end.line);
    const all = wordsOf(instruction);
    const isTrigger = instruction.getKeyword() === 'ONBUILD';
    const keyword = isTrigger ? (all[0] ?? '').toUpperCase() : instruction.getKeyword();
    const words = isTrigger ? all.slice(1) : all;
    if (keyword === 'ARG' && isBeforeStages) readArg(stages.variables, words);
    else if (keyword === 'FROM') {
      isBeforeStages = false;
      readFrom(reading, words, stages, place);
    } else if (keyword === 'COPY' || keyword === 'ADD' || keyword === 'RUN') {
      for (const image of imagesOf(words)) addStageOrImage(reading, image, { scope: keyword }, stages, place);
    }
  }
}

interface Stages {
  readonly variables: Map<string, string | null>;
  /** In lower case: stage names have no case. */
  readonly names: Set<string>;
}

/** Words behind the keyword, flags included; comment lines inside a continued instruction are left out. */
function wordsOf(instruction: Instruction): string[] {
  const text = instruction.getTextContent().slice(instruction.getInstruction().length);
  const joined = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/[\\`]\s*$/, ''))
    .join(' ');
  return joined.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
}

/** Arguments declared before the first FROM are the ones that a FROM sees; their defaults count. */
function readArg(variables: Map<string, string | null>, words: readonly string[]): void {
  for (const word of words) {
    const [name, ...rest] = word.split('=');
    if (name === undefined || name === '') continue;
    const value = interpolate(unquoted(rest.join('=')), variables);
    variables.set(name, rest.length === 0 || value.length > LONGEST_VALUE ? null : value);
  }
}

function readFrom(reading: Reading, words: readonly string[], stages: Stages, place: Location): void {
  const [reference, as, stage] = words.filter((word) => !word.startsWith('--'));
  if (reference === undefined) noteUnread(reading, place, 'a FROM without an image');
  else {
    const platform = words.find((word) => word.startsWith('--platform='))?.slice('--platform='.length);
    addStageOrImage(reading, reference, { scope: 'FROM', marker: platform }, stages, place);
  }
  if (as?.toLowerCase() === 'as' && stage !== undefined) stages.names.add(unquoted(stage).toLowerCase());
}

function addStageOrImage(
  reading: Reading,
  reference: string,
  how: { readonly scope: string; readonly marker?: string | undefined },
  stages: Stages,
  place: Location,
): void {
  const image = interpolate(unquoted(reference), stages.variables);
  if (image.toLowerCase() === 'scratch' || stages.names.has(image.toLowerCase())) return;
  // --from=0 means the first stage.
  if (how.scope !== 'FROM' && /^\d+$/.test(image)) return;
  if (image.startsWith('$')) noteUnread(reading, place, `the image is given from outside: ${image.slice(0, 80)}`);
  else addImage(reading, image, place, how);
}

/** `--from=image` and `--mount=type=bind,from=image,…`. */
function imagesOf(words: readonly string[]): string[] {
  const images: string[] = [];
  for (const word of words) {
    if (!word.startsWith('--')) break;
    if (word.startsWith('--from=')) images.push(word.slice('--from='.length));
    if (!word.startsWith('--mount=')) continue;
    for (const part of unquoted(word.slice('--mount='.length)).split(',')) {
      if (part.startsWith('from=')) images.push(part.slice('from='.length));
    }
  }
  return images;
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2');
}
