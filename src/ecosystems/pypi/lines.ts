import type { Location } from '../../core/location.ts';
import { addEntry, joinIntegrity, noteUnread, type Reading } from '../reading.ts';
import { parseRequirement } from './requirement.ts';

/** Names of files that pip and pip-tools read, by custom: `requirements-dev.txt`, `requirements/test.in`, `constraints.txt`. */
const FILE =
  /(?:^|\/)(?:[^/]*(?:requirements?|constraints?)[^/]*|(?:requirements?|constraints?)\/(?:[^/]+\/)*[^/]+)\.(?:txt|in|pip|lock)$/i;

/** Options of a requirements file that name no dependency (pip, "Requirements File Format"). */
const SILENT =
  /^(?:-i|--index-url|--pypi-url|--extra-index-url|--no-index|-f|--find-links|--no-binary|--only-binary|--prefer-binary|--require-hashes|--pre|--trusted-host|--use-feature)(?:[\s=]|$)/;
const INCLUDE = /^(?:-r|--requirement|-c|--constraint)(?:\s*=\s*|\s*)(.+)$/;
/** pip reads all options of a line, also when shortened. */
const SECOND = /\s(?:-[rce]|--(?:req(?!uire-hashes)|edit|const)[a-z]*)/;
const EDITABLE = /^(?:-e|--editable)(?:\s*=\s*|\s+)(.+)$/;
/** Options that stand behind a requirement. */
const OPTION = /\s--(?:hash|global-option|install-option|config-settings?)(?:=|\s+)(?:"[^"]*"|'[^']*'|[^\s"']+)/g;
const HASH = /\s--hash(?:=|\s+)["']?([A-Za-z0-9_]+):([^\s"']+)/g;

/** Characters; a requirement with two hundred hashes has 20,000. */
const LONGEST = 100_000;

/** Where a requirement line stands in its file. */
export interface Place {
  readonly scope: string;
  readonly group?: string | undefined;
}

export function isRequirementsFile(path: string): boolean {
  return FILE.test(path);
}

/** Reads one logical line of a requirements file (continuations joined, comment taken off). */
export function readRequirementLine(reading: Reading, line: string, location: Location, place: Place): void {
  const text = line.trim();
  if (text.length > LONGEST) {
    noteUnread(reading, location, `a line of more than ${LONGEST} characters`);
    return;
  }
  if (text === '') return;
  if (SILENT.test(text)) {
    if (SECOND.test(text)) noteUnread(reading, location, `a second option on the line: ${shorten(text)}`);
    return;
  }
  const include = INCLUDE.exec(text)?.[1];
  if (include !== undefined) {
    noteInclude(reading, include.trim().replaceAll(/^["']|["']$/g, ''), location);
    return;
  }
  const editable = EDITABLE.exec(text)?.[1];
  if (editable === undefined && text.startsWith('-')) {
    noteUnread(reading, location, `an option that is not known: ${shorten(text)}`);
    return;
  }
  const hashes = [...text.matchAll(HASH)].map((match) => `${match[1]}:${match[2]}`);
  const bare = (editable ?? text).replaceAll(OPTION, '').trim();
  addRequirement(reading, bare.replaceAll(/^(["'])(.*)\1$/g, '$2'), location, place, joinIntegrity(hashes));
}

/** Adds what a dependency specifier names, or notes that it is none. */
export function addRequirement(
  reading: Reading,
  text: string,
  location: Location,
  place: Place,
  integrity?: string | undefined,
): void {
  const requirement = parseRequirement(text);
  if (requirement === null) {
    noteUnread(reading, location, `not a dependency specifier: ${shorten(text)}`);
    return;
  }
  const { url, ...rest } = requirement;
  const fragment = url?.slice(url.indexOf('#') + 1).split('&') ?? [];
  const hash = fragment.map((part) => /^(sha\d+|md5)=([0-9a-f]+)$/.exec(part)).find((match) => match !== null);
  addEntry(reading, {
    ...rest,
    ...place,
    location,
    relationship: 'direct',
    resolvedUrl: url,
    integrity: integrity ?? (hash ? `${hash[1]}:${hash[2]}` : undefined),
  });
}

/**
 * Every requirements file is parsed on its own, so an include needs no following, and a cycle is none. A file that
 * would not be taken for one, or an address, must not hide its lines.
 */
export function noteInclude(reading: Reading, target: string, location: Location): void {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(target)) {
    noteUnread(reading, location, `requirements are taken from an address: ${shorten(target)}`);
    return;
  }
  const isOne = !/\s/.test(target);
  if ((isOne && isRequirementsFile(target)) || (isOne && isRequirementsFile(joined(reading.path, target)))) return;
  noteUnread(
    reading,
    location,
    `includes ${shorten(target)}, which by its name is no requirements file and is not read`,
  );
}

function joined(path: string, target: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}${target}`;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
