import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { option, type Sink, taintedSinks } from '../support/tainted.ts';
import { asksForStart, openPrefixes } from './prefixes.ts';

const rule = codeRule({
  id: 'path-traversal',
  shortDescription: 'A file path is made from a value that somebody else decides',
  help: 'With `../` or an absolute path in the value, files outside the intended folder are read, written or deleted; path.join and path.resolve resolve such parts and do not stop them. Resolve the whole path and test that it still starts with the folder and a separator, or take path.basename of the name, or look the name up in a list.',
  cwe: [22, 23, 73],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Resolve the path, then refuse it unless it starts with the allowed folder; or keep only path.basename(name).';

const FILE =
  /^(?:fs(?:\.promises)?\.(?:readFile|readFileSync|createReadStream|writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream|unlink|unlinkSync|rm|rmSync|rmdir|rmdirSync|readdir|readdirSync|open|openSync|copyFile|copyFileSync|rename|renameSync|cp|cpSync|truncate(?:Sync)?|chmod(?:Sync)?|symlinkSync|opendirSync|outputFile|outputFileSync|readJson|readJsonSync|readJSON|writeJson|writeJsonSync|outputJson|remove|removeSync|move|moveSync|ensureFile|symlink|opendir)|~Bun\.file|~Bun\.write|~Deno\.(?:readFile|readTextFile|writeFile|writeTextFile|remove|open)|builtins\.open|io\.open|codecs\.open|os\.(?:remove|unlink|rmdir|listdir|scandir|walk|makedirs|mkdir|rename|replace|symlink|open)|shutil\.(?:copy|copy2|copyfile|move|rmtree|copytree|make_archive)|sanic\.response\.file(?:_stream)?|litestar\.response\.File|litestar\.response_containers\.File|cherrypy\.lib\.static\.serve_(?:file|download)|quart\.send_file|linecache\.getlines|flask\.send_file|send|del|rimraf|glob\.(?:sync|glob)|fastapi\.responses\.FileResponse|starlette\.responses\.FileResponse|tarfile\.open|zipfile\.ZipFile|mv|adm-zip|aiofiles\.open|shutil\.unpack_archive|aiohttp\.web\.FileResponse|urllib\.request\.urlretrieve|boto3\.(?:client|resource|session\.Session\(\)\.(?:client|resource))\(\)\.(?:\w+\(\)\.)?download_file|flask\.send_from_directory|vinyl-fs\.src)$/;
/** Reading its metadata tells less than its content. */
const PROBE =
  /^fs(?:\.promises)?\.(?:stat|statSync|lstat|lstatSync|access|accessSync|exists|existsSync|mkdir|mkdirSync)$/;
/** Methods of a path, which is what they are called on. */
const OPENS_ITSELF = /^(?:read_text|read_bytes|write_text|write_bytes|open|unlink|rmdir|iterdir)$/;
const OPENS = oneOf(new RegExp(`${[FILE, PROBE].map(({ source }) => source).join('|')}|^~open$`));
const NAMED = oneOf(
  /^(?:read_text|read_bytes|write_text|write_bytes|open|unlink|rmdir|iterdir|File|sendFile|download|sendfile|file|extractall|extract|save|mv|startsWith|startswith|indexOf)$/,
);
const TWO_PATHS = /(?:copyFile|rename|cp|move|symlink|copy|copyfile)(?:Sync)?$/;

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: OPENS, named: NAMED })) {
    if (call.name === 'startsWith' || call.name === 'startswith' || call.name === 'indexOf') {
      if (call.name !== 'indexOf' || asksForStart(facts, call)) yield* openPrefixes(facts, call);
      continue;
    }
    const [given, second] = call.arguments;
    const stored = storedAs(call);
    if (stored !== undefined) {
      yield sink(call, stored, 'remote');
      continue;
    }
    const path =
      (call.name === 'make_archive' ? (call.keywords.get('root_dir') ?? call.arguments[2]) : given) ??
      call.keywords.get('path') ??
      call.keywords.get('file') ??
      call.keywords.get('path_or_file');
    const python = facts.program.dialect === 'python';
    if (python && call.receiver !== null && OPENS_ITSELF.test(call.name ?? '') && !FILE.test(call.origin ?? '')) {
      for (const part of pathParts(facts, call.receiver)) yield sink(call, part, 'remote');
      continue;
    }
    if (path === undefined) continue;
    const from = python && call.origin === '~open' ? 'builtins.open' : call.origin;
    if (from !== null && (FILE.test(from) || (python && from === '~File' && call.keywords.has('path')))) {
      yield sink(call, path, from.startsWith('fs') && isPlacedBelow(facts, path) ? 'parameter' : 'local');
      if (second !== undefined && TWO_PATHS.test(from)) {
        yield sink(call, second, isPlacedBelow(facts, second) ? 'parameter' : 'local');
      }
    } else if (from !== null && PROBE.test(from)) {
      yield sink(call, path, 'remote', 'warning');
    } else if (
      /^(?:sendFile|download|sendfile)$/.test(call.name ?? '') &&
      call.receiver !== null &&
      isResponse(facts.text(call.receiver))
    ) {
      if (option(facts, call, 'root') === null) yield sink(call, path, 'remote');
    } else if (call.name === 'file' && call.receiver !== null && facts.text(call.receiver) === 'h') {
      // hapi's Inert stays below its folder unless it is told not to (its documentation, "confine").
      const confined = option(facts, call, 'confine');
      if (confined !== null && facts.constant(confined) === false) yield sink(call, path, 'remote');
    } else if (call.name === 'extract') {
      // An entry of the archive brings its own path.
      if (call.receiver !== null && isTar(facts, call, call.receiver) && !call.keywords.has('filter'))
        yield sink(call, path, 'remote');
    } else if (call.name === 'extractall') {
      if (
        call.receiver !== null &&
        isTar(facts, call, call.receiver) &&
        !call.keywords.has('filter') &&
        !call.keywords.has('members')
      )
        yield { ...sink(call, call.receiver, 'unknown', 'warning'), unknown: 'warning' };
    } else if (python && call.name === 'save' && call.receiver !== null) {
      yield sink(call, path, 'remote');
    } else if (call.name === 'mv' && call.receiver !== null && /\bfiles\b/.test(facts.text(call.receiver))) {
      // express-fileupload: where an upload is moved to.
      yield sink(call, path, 'remote');
    }
  }
}

/** The file that a download is written to: `urlretrieve(url, name)`, boto3's `download_file(bucket, key, name)`. */
function storedAs(call: Call): Sink['value'] | undefined {
  const from = call.origin ?? '';
  if (from === 'urllib.request.urlretrieve') return call.arguments[1] ?? call.keywords.get('filename');
  if (!/^boto3\..*\.download_file$/.test(from)) return undefined;
  // A bucket's own method is not given the bucket.
  return call.keywords.get('Filename') ?? call.arguments[/\.Bucket\(\)\.download_file$/.test(from) ? 1 : 2];
}

/**
 * A function that is given a whole path opens what its caller names: that is its job. One that is given a name and puts
 * it below a folder of its own means that folder.
 */
function isPlacedBelow(facts: FileFacts, value: Sink['value']): boolean {
  const shape = facts.shape(value);
  if (shape !== null) return !shape.startsWith('\u0000');
  const made = facts.definition(value) ?? value;
  const call = facts.calls().find((each) => each.node === made);
  const helper = call === undefined ? null : facts.functionOf(call.callee);
  if (helper !== null) return resultsOf(helper).some((result) => isPlacedBelow(facts, result));
  const [base, ...parts] = call?.arguments ?? [];
  if (base === undefined || !/^path\.(?:join|resolve)$/.test(call?.origin ?? '')) return false;
  const own = facts.flow(base, 'path');
  return (
    (own === null || own.strength === 'unknown') &&
    parts.some((part) => facts.flow(part, 'path')?.strength === 'parameter')
  );
}

/** `file(name) { return path.join(this.folder, name) }` */
function resultsOf(fn: Syntax): readonly Syntax[] {
  const body = fieldOf(fn, 'body');
  if (body?.type !== 'statement_block') return body === undefined ? [] : [body];
  return body.children.flatMap((statement) => (statement.type === 'return_statement' ? statement.children : []));
}

/** `zipfile` keeps entries below the folder by itself; `tarfile` did so only from Python 3.14 on (its documentation). */
function isTar(facts: FileFacts, call: Call, receiver: Syntax): boolean {
  return (
    /^tarfile\./.test(call.origin ?? '') || /tarfile\.open/.test(facts.text(facts.definition(receiver) ?? receiver))
  );
}

/** `Path(folder, name)`: each of its parts decides. */
function pathParts(facts: FileFacts, receiver: Syntax): readonly Syntax[] {
  const made = facts.calls().find(({ node }) => node === receiver);
  return made?.origin === 'pathlib.Path' ? made.arguments : [receiver];
}

function isResponse(receiver: string): boolean {
  return /^(?:res|response|reply|ctx|c|h)\b/.test(receiver);
}

function sink(call: Call, value: Sink['value'], atLeast: Sink['atLeast'], level?: Sink['level']): Sink {
  return {
    at: call.node,
    value,
    kind: 'path',
    what: 'A file path is made from',
    remediation: REMEDIATION,
    atLeast,
    ...(level === undefined ? {} : { level }),
  };
}

/** Follows paths that are opened, written or deleted back to where they come from. */
export const pathTraversal: CodeDetector = {
  rule,
  triggers:
    /\bfs\b|fs-extra|graceful-fs|readFile|writeFile|ReadStream|WriteStream|sendFile|download|unlink|open\(|send_file|Bun\.|Deno\.|shutil|os\.|FileResponse|pathlib|rimraf|aiofiles|zipfile|tarfile|\.save\(|\.mv\(|send_from_directory|\bPath\(|(?:read|write)_(?:text|bytes)|response\.file|serve_file|litestar|\bFile\(|\bh\.file\(|['"](?:del|send|glob|mv)['"]/,
  detect: (facts) => {
    // A command line tool opens what the person at the machine names: that is its job.
    return taintedSinks(facts, rule, sinks(facts)).filter(
      (each) => !/the command line|the environment|a person types/.test(each.message),
    );
  },
};
