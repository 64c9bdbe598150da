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
  const variables = new Map<string, string | null>();
  const stages = new Set<string>();
  for (const instruction of file.getInstructions()) {
    const range = instruction.getRange();
    const place = placeOf(range.start.line, range.end.line);
    const keyword = instruction.getKeyword();
    if (keyword === 'ARG' && stages.size === 0) readArg(variables, instruction);
    else if (keyword === 'FROM') {
      readFrom(reading, instruction, variables, stages, place);
    } else if (keyword === 'COPY' || keyword === 'ADD' || keyword === 'RUN') {
      for (const image of imagesOf(instruction)) addStageOrImage(reading, image, keyword, variables, stages, place);
    }
  }
}

/** Arguments declared before the first FROM are the ones that a FROM sees; their defaults count. */
function readArg(variables: Map<string, string | null>, instruction: Instruction): void {
  for (const argument of instruction.getArguments()) {
    const [name, ...rest] = argument.getValue().split('=');
    if (name === undefined || name === '') continue;
    const value = rest.join('=').replace(/^(["'])(.*)\1$/, '$2');
    variables.set(name, rest.length === 0 ? null : interpolate(value, variables));
  }
}

function readFrom(
  reading: Reading,
  instruction: Instruction,
  variables: ReadonlyMap<string, string | null>,
  stages: Set<string>,
  place: Location,
): void {
  const words = instruction.getArguments().map((argument) => argument.getValue());
  const flags = words.filter((word) => word.startsWith('--'));
  const [reference, as, stage] = words.filter((word) => !word.startsWith('--'));
  const isNamed = as?.toLowerCase() === 'as' && stage !== undefined;
  // Stages are counted even without a name, as COPY --from=0 means the first.
  const own = isNamed ? stage.toLowerCase() : `${stages.size}`;
  if (reference === undefined) noteUnread(reading, place, 'a FROM without an image');
  else {
    const platform = flags.find((flag) => flag.startsWith('--platform='))?.slice('--platform='.length);
    addStageOrImage(reading, reference, 'FROM', variables, stages, place, platform);
  }
  stages.add(`${stages.size}`);
  stages.add(own);
}

function addStageOrImage(
  reading: Reading,
  reference: string,
  scope: string,
  variables: ReadonlyMap<string, string | null>,
  stages: ReadonlySet<string>,
  place: Location,
  platform?: string | undefined,
): void {
  const image = interpolate(reference.replace(/^(["'])(.*)\1$/, '$2'), variables);
  if (image.toLowerCase() === 'scratch' || stages.has(image.toLowerCase())) return;
  if (scope !== 'FROM' && /^\d+$/.test(image)) return;
  if (image.startsWith('$')) noteUnread(reading, place, `the image is given from outside: ${image.slice(0, 80)}`);
  else addImage(reading, image, place, { scope, marker: platform });
}

/** `--from=image` and `--mount=type=bind,from=image,…`. */
function imagesOf(instruction: Instruction): string[] {
  const images: string[] = [];
  for (const argument of instruction.getArguments()) {
    const word = argument.getValue();
    if (!word.startsWith('--')) break;
    if (word.startsWith('--from=')) images.push(word.slice('--from='.length));
    if (!word.startsWith('--mount=')) continue;
    for (const part of word.slice('--mount='.length).split(',')) {
      if (part.startsWith('from=')) images.push(part.slice('from='.length));
    }
  }
  return images;
}
