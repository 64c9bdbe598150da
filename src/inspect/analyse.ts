import { changedLines } from '../core/changed-lines.ts';
import type { UnreadFile } from '../core/dependency.ts';
import type { Detection } from '../core/detection.ts';
import type { FileSide } from '../core/detector.ts';
import { lazily } from '../core/lazily.ts';
import { type Asking, createAsking } from './asking.ts';
import type { CodeDetector, CodeResult, Elsewhere, ExportedSink, SecondLook } from './detector.ts';
import { createElsewhere, type Surroundings } from './elsewhere.ts';
import type { FileFacts } from './facts.ts';
import { createFileFacts } from './file-facts.ts';
import { type Parse, withPrograms } from './grammars.ts';
import {
  createImports,
  type ImportedReturn,
  type Imports,
  type ReturnedValue,
  type UnfollowedCall,
} from './imports.ts';
import { localCalls, outgoingCalls } from './outgoing.ts';
import { distinct, oldKey, touches } from './places.ts';
import { reexportsOf } from './reexports.ts';
import { returnedValues } from './returned.ts';
import { type Program, placeOf } from './syntax.ts';
import { triggered } from './triggers.ts';

export interface AnalysedFile {
  readonly path: string;
  readonly before: FileSide | null;
  readonly after: FileSide;
  readonly scope: 'change' | 'all';
  /** Beginnings of names under which the repository's settings have its own files. */
  readonly aliases?: readonly string[];
}

/** A file that was analysed once, and what other files have to say to it. */
export interface FileAgain extends AnalysedFile {
  /** The rules that are asked again. */
  readonly rules: readonly string[];
  /** What functions of other changed files give back. */
  readonly imported: readonly ImportedReturn[];
  /** Functions of other files, as this one has them, that use a parameter dangerously. */
  readonly followed: readonly string[];
}

/** A file that was analysed once, and the changed files around it. */
export interface FileElsewhere extends AnalysedFile {
  /** The rules that are asked again. */
  readonly rules: readonly string[];
  readonly imported: readonly ImportedReturn[];
  readonly surroundings: Surroundings;
}

const NOTHING: Omit<CodeResult, 'path' | 'reexports'> = {
  detections: [],
  unread: [],
  sinks: [],
  outgoing: [],
  missed: [],
  calls: [],
  wondering: [],
};

/**
 * Runs the code detectors over one file. A detection counts against the change where one of its places is on a changed
 * line, or where the base does not have it; others are marked `preExisting`.
 * Throws CountersignError `unreadable-file` where the code cannot be read at all.
 */
export function analyse(file: AnalysedFile, detectors: readonly CodeDetector[]): CodeResult {
  const compared = isCompared(file);
  const after = triggered(file.after.text);
  const before = file.before === null ? null : triggered(file.before.text);
  const wanted = detectors.filter((detector) => {
    if (detector.rule.requires.includes('beforeAfter') && !compared) return false;
    return after(detector.triggers) || before?.(detector.triggers) === true;
  });
  const reexports = reexportsOf(file.path, file.after.text);
  const looked = wanted.length === 0 ? null : withPrograms((parse) => firstLook(file, wanted, parse));
  return { path: file.path, reexports, ...(looked ?? NOTHING) };
}

function firstLook(file: AnalysedFile, wanted: readonly CodeDetector[], parse: Parse): typeof NOTHING | null {
  const program = parse(file.path, file.after.text);
  if (program === null) return null;
  const asking = createAsking();
  const unread: UnreadFile[] = [];
  const wondering = new Set<string>();
  const { facts, imports, detections, sinks, touched } = judged(file, program, parse, wanted, {
    imported: [],
    asking,
    unread,
    wondering,
    surroundings: null,
  });
  unread.push(...notParsed(program, touched, file.after.blob));
  const calls = localCalls(facts, imports, file.aliases ?? []);
  const missed = imports.missed().map((call) => ({ ...call, rules: asking.rules(call.kind) }));
  return { detections, unread, sinks, outgoing: [], missed, calls, wondering: [...wondering] };
}

/** Asks the rules again whose answers other changed files may make others, with these. */
export function analyseElsewhere(file: FileElsewhere, detectors: readonly CodeDetector[]): readonly Detection[] {
  const { rules, imported, surroundings } = file;
  return withPrograms((parse) => {
    const program = parse(file.path, file.after.text);
    if (program === null) return [];
    const wanted = detectors.filter(({ rule }) => rules.includes(rule.id));
    const known = { imported, asking: createAsking(), unread: [], wondering: new Set<string>(), surroundings };
    return judged(file, program, parse, wanted, known).detections;
  });
}

/** Asks the rules again whose answers may be others now that more is known of functions from other files. */
export function analyseAgain(file: FileAgain, detectors: readonly CodeDetector[]): SecondLook {
  const { rules, imported } = file;
  return withPrograms((parse) => {
    const program = parse(file.path, file.after.text);
    if (program === null) return { rules, detections: [], sinks: [], outgoing: [] };
    const wanted = detectors.filter(({ rule }) => rules.includes(rule.id));
    const { facts, detections, sinks, touched } = judged(file, program, parse, wanted, {
      imported,
      asking: createAsking(),
      unread: [],
      wondering: new Set(),
      surroundings: null,
    });
    return { rules, detections, sinks, outgoing: outgoingCalls(facts, file.followed, touched) };
  });
}

function isCompared({ scope, before }: AnalysedFile): boolean {
  return scope === 'change' && before !== null;
}

interface Judged {
  readonly facts: FileFacts;
  readonly imports: Imports;
  readonly detections: readonly Detection[];
  readonly sinks: readonly ExportedSink[];
  /** Changed lines; null where every line counts. */
  readonly touched: ReadonlySet<number> | null;
}

/** What a look at a file is given beside it, and what it leaves. */
interface Look {
  readonly imported: readonly ImportedReturn[];
  readonly asking: Asking;
  /** Takes what a rule could not answer. */
  readonly unread: UnreadFile[];
  /** Takes the rules that would like to know of other files. */
  readonly wondering: Set<string>;
  readonly surroundings: Surroundings | null;
}

function judged(
  file: AnalysedFile,
  program: Program,
  parse: Parse,
  wanted: readonly CodeDetector[],
  look: Look,
): Judged {
  const { imported, asking, surroundings } = look;
  const aliases = file.aliases ?? [];
  const imports = createImports(imported, aliases);
  const facts = createFileFacts(program, imports);
  const base = isCompared(file) && file.before !== null ? lazyFacts(file.before, parse, asBefore, asking) : null;
  const exportedBy = new Map<Detection, { readonly exportedAs: string; readonly index: number }>();
  const elsewhere = surroundings === null ? null : createElsewhere(facts, surroundings, parse);
  const found = distinct(run(wanted, observing(facts, exportedBy, asking), base, file, look, elsewhere));
  const detections =
    base === null || file.before === null ? found : settle(found, base, wanted, file.before, file.after, look);
  const sinks: ExportedSink[] = [];
  found.forEach((detection, index) => {
    const parameter = exportedBy.get(detection);
    if (parameter !== undefined)
      sinks.push({ detection: index, exportedAs: parameter.exportedAs, parameter: parameter.index });
  });
  const touched = base === null || file.before === null ? null : changedLines(file.before.text, file.after.text);
  return { facts, imports, detections, sinks, touched };

  /** Where the change touches an imported function, the base had another one. */
  function asBefore(): Imports {
    return createImports(
      imported.filter((each) => !each.touched),
      aliases,
    );
  }
}

export interface ReturnsOfFile {
  readonly path: string;
  readonly before: FileSide | null;
  readonly after: FileSide;
  /** By the names the functions have outside. */
  readonly wanted: readonly UnfollowedCall[];
  readonly imported: readonly ImportedReturn[];
  readonly aliases: readonly string[];
}

/** What functions of a file give back, and which other files would say more. */
export function analyseReturns(file: ReturnsOfFile): {
  readonly values: readonly ReturnedValue[];
  readonly missed: readonly UnfollowedCall[];
} {
  return withPrograms((parse) => {
    const program = parse(file.path, file.after.text);
    if (program === null) return { values: [], missed: [] };
    const imports = createImports(file.imported, file.aliases);
    const base = file.before === null ? null : factsOf(file.before, parse, createImports([], []));
    const values = returnedValues(createFileFacts(program, imports), file.wanted, base);
    return { values, missed: imports.missed() };
  });
}

type LazyFacts = () => FileFacts | null;

function lazyFacts(side: FileSide, parse: Parse, imports: () => Imports, asking: Asking): LazyFacts {
  return lazily(() => {
    const facts = factsOf(side, parse, imports());
    return facts === null ? null : { ...facts, flow: asking.flowOf(facts) };
  });
}

function factsOf(side: FileSide, parse: Parse, imports: Imports): FileFacts | null {
  const program = parse(side.path, side.text);
  return program === null ? null : createFileFacts(program, imports);
}

/** Places that no grammar reads: whatever stands there, no rule has seen it. */
function notParsed(program: Program, touched: ReadonlySet<number> | null, blob: string): readonly UnreadFile[] {
  const lines = (program.byType.get('ERROR') ?? [])
    .map(({ start, end }) => [placeOf(program, start).line, placeOf(program, end).line] as const)
    .filter(([first, last]) => touched === null || [...touched].some((line) => first <= line && line <= last));
  const [place] = lines;
  if (place === undefined) return [];
  const [line] = place;
  const reason = `does not parse from line ${line} on; what stands there is not judged`;
  return [{ path: program.path, reason, transient: false, line, blob }];
}

/** The same facts, remembering who follows values, and which findings hang on a parameter of an exported function. */
function observing(
  facts: FileFacts,
  exportedBy: Map<Detection, { readonly exportedAs: string; readonly index: number }>,
  asking: Asking,
): FileFacts {
  const finding: FileFacts['finding'] = (spec) => {
    const detection = facts.finding(spec);
    if (spec.flow?.parameter !== undefined) exportedBy.set(detection, spec.flow.parameter);
    return detection;
  };
  return { ...facts, finding, flow: asking.flowOf(facts) };
}

function run(
  detectors: readonly CodeDetector[],
  facts: FileFacts,
  base: LazyFacts | null,
  file: AnalysedFile,
  { asking, unread, wondering }: Look,
  elsewhere: Elsewhere | null,
): Detection[] {
  const found: Detection[] = [];
  for (const detector of detectors) {
    const { id } = detector.rule;
    asking.turn(id);
    const before = base !== null && detector.rule.requires.includes('beforeAfter') ? base() : null;
    const answer = detector.detect(facts, { before, elsewhere, wonder: () => void wondering.add(id) });
    if (!('state' in answer)) found.push(...answer);
    else if (answer.state === 'findings') found.push(...answer.detections);
    else if (answer.state === 'needs') {
      for (const fact of answer.facts) {
        unread.push({
          path: file.path,
          reason: `${detector.rule.id}: ${fact.fact} is missing, ${fact.reason}`,
          transient: fact.transient,
          blob: file.after.blob,
        });
      }
    }
  }
  return found;
}

/** Marks what the base already had and the change does not touch. */
function settle(
  found: readonly Detection[],
  base: LazyFacts,
  detectors: readonly CodeDetector[],
  before: FileSide,
  after: FileSide,
  look: Look,
): readonly Detection[] {
  const lines = changedLines(before.text, after.text);
  const untouched = found.filter((detection) => !detection.locations.some((location) => touches(location, lines)));
  if (untouched.length === 0) return found;
  const old = base();
  if (old === null) return found;
  // A guard that was taken away elsewhere makes a finding of unchanged lines: only what the base had as well is old.
  const had = new Map<string, number>();
  const baseFile: AnalysedFile = { path: before.path, before: null, after: before, scope: 'all' };
  for (const detection of distinct(
    run(
      detectors.filter((each) => !each.rule.requires.includes('beforeAfter')),
      old,
      null,
      baseFile,
      look,
      null,
    ),
  )) {
    const key = oldKey(detection);
    had.set(key, (had.get(key) ?? 0) + 1);
  }
  return found.map((detection) => {
    if (!untouched.includes(detection)) return detection;
    const key = oldKey(detection);
    const left = had.get(key) ?? 0;
    if (left === 0) return detection;
    had.set(key, left - 1);
    return { ...detection, preExisting: true };
  });
}
