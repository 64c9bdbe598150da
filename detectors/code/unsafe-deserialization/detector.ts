import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { option, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'unsafe-deserialization',
  shortDescription: 'Data is read with a format that can make objects and run code',
  help: 'Formats such as pickle, node-serialize or YAML with custom tags rebuild objects, and building them runs code that the sender chose. Read data with JSON.parse or a safe loader, then check it against a schema.',
  cwe: [502],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Read the data as JSON or with a safe loader, then check it against a schema.';
const LOADERS = oneOf(
  /^(?:node-serialize\.unserialize|~?serialize\.unserialize|serialize-to-js\.deserialize|funcster\.(?:deepDeserialize|deserialize)|cryo\.parse|v8\.deserialize|php-serialize\.unserialize|pickle\.(?:load|loads|Unpickler)|cPickle\.(?:load|loads)|_pickle\.(?:load|loads)|dill\.(?:load|loads)|cloudpickle\.(?:load|loads)|marshal\.(?:load|loads)|shelve\.open|jsonpickle\.decode|joblib\.load|torch\.load|pandas\.read_pickle|yaml\.(?:unsafe_load|full_load|load|load_all|unsafe_load_all)|js-yaml\.(?:load|unsafeLoad)|numpy\.load|ruamel\.yaml\.YAML\(\)\.load|(?:tensorflow\.)?keras\.models\.load_model)$/,
);
const PICKLES = oneOf(/^_?c?[pP]ickle\.loads?$|^(?:dill|cloudpickle)\.loads?$|^jsonpickle\.decode$/);

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: LOADERS })) {
    const [data] = call.arguments;
    const from = call.origin;
    if (data === undefined || from === null) continue;
    if (isSafeLoader(facts, call, from)) continue;
    const brought = needsRemote(from) ? writtenBefore(facts, call, data) : null;
    if (brought !== null) {
      yield {
        at: call.node,
        value: brought,
        kind: 'code',
        what: 'Objects are rebuilt from a file that holds',
        remediation: REMEDIATION,
        atLeast: 'local',
      };
      continue;
    }
    yield {
      at: call.node,
      value: data,
      kind: 'code',
      what: 'Objects are rebuilt from data that comes from',
      remediation: REMEDIATION,
      atLeast: takesAnything(facts, call, from) ? 'parameter' : needsRemote(from) ? 'remote' : 'unknown',
      ...(isOwnFile(facts, data) ? {} : { unknown: 'warning' }),
    };
  }
}

/** These are dangerous by what they read from afar; on own files they are everyday tools. */
function needsRemote(from: string): boolean {
  return /^(?:v8|torch|joblib|pandas|numpy|tensorflow|keras|shelve|yaml\.full_load|marshal)/.test(from);
}

const WRITES = oneOf(/^write_bytes$/);

/** `Path("scaler.bin").write_bytes(answer.content)` before `load("scaler.bin")`: what was put into the file in the same function. */
function writtenBefore(facts: FileFacts, call: Call, data: Syntax): Syntax | null {
  const fn = functionAround(call.node);
  const file = facts.constant(data) ?? facts.text(data);
  for (const { node, receiver, arguments: given } of facts.callsLike({ named: WRITES })) {
    if (receiver === null || node.end > call.node.start || functionAround(node) !== fn) continue;
    const made = facts.definition(receiver) ?? receiver;
    const path = /^(?:pathlib\.)?Path\(/.test(facts.text(made))
      ? (fieldOf(made, 'arguments')?.children[0] ?? made)
      : made;
    const isSame = (facts.constant(path) ?? facts.text(path)) === file || facts.text(receiver) === facts.text(data);
    if (isSame && given[0] !== undefined) return given[0];
  }
  return null;
}

/** PyTorch reads tensors alone unless it is told to rebuild any object (its documentation, `torch.load`). */
function takesAnything(facts: FileFacts, call: Call, from: string): boolean {
  const only = call.keywords.get('weights_only');
  return from === 'torch.load' && only !== undefined && facts.constant(only) === false;
}

/** Loaders that run what they read, over something that is not followed: a cache, a queue, a socket. */
function unfollowed(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: PICKLES }).flatMap((call) => {
    const [data] = call.arguments;
    if (data === undefined) return [];
    const around = functionAround(call.node);
    const checked = /hmac|signature|verify|compare_digest|dumps/.test(facts.text(around ?? call.node));
    if (checked || isOwnFile(facts, data) || facts.constant(data) !== undefined) return [];
    return [
      facts.finding({
        rule,
        at: call.node,
        message: 'Objects are rebuilt from data whose origin is not known, and rebuilding them can run code.',
        remediation: REMEDIATION,
        level: facts.isTest ? 'note' : 'warning',
        confidence: 'low',
      }),
    ];
  });
}

const AFAR = oneOf(/^(?:pandas\.read_pickle|joblib\.load)$/);

/** `pandas.read_pickle("https://…")`: whoever holds that address runs code here. */
function fromAfar(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: AFAR }).flatMap(({ node, arguments: [data] }) => {
    const address = data === undefined ? null : facts.shape(data);
    if (address === null || !/^(?:https?|ftp|s3|gs):\/\//.test(address)) return [];
    return [
      facts.finding({
        rule,
        at: node,
        message: 'Objects are rebuilt from what another machine sends, and rebuilding them can run code.',
        remediation: REMEDIATION,
        level: facts.isTest ? 'note' : 'warning',
      }),
    ];
  });
}

/** Celery's settings: workers that take pickles run what anybody puts into the queue (its documentation, "Security"). */
function accepted(facts: FileFacts): readonly Detection[] {
  if (!/pickle/.test(facts.program.text) || !/ccept_content|ACCEPT_CONTENT/.test(facts.program.text)) return [];
  const given = [
    ...facts.assignments().map(({ node, target, value }) => ({ node, name: facts.text(target), value })),
    ...facts.nodes('keyword_argument').flatMap((node) => {
      const name = fieldOf(node, 'name');
      const value = fieldOf(node, 'value');
      return name === undefined || value === undefined ? [] : [{ node, name: facts.text(name), value }];
    }),
  ];
  return given.flatMap(({ node, name, value }) =>
    /(?:^|[._])(?:accept_content|ACCEPT_CONTENT)$/.test(name) &&
    /["'](?:pickle|application\/x-python-serialize)["']/.test(facts.text(value))
      ? [
          facts.finding({
            rule,
            at: node,
            message: 'The workers rebuild objects from whatever is put into their queue.',
            remediation: 'Accept JSON alone: accept_content=["json"].',
            level: facts.isTest ? 'note' : 'warning',
          }),
        ]
      : [],
  );
}

/** A file that the program names itself: `open("model.pkl")`. */
function isOwnFile(facts: FileFacts, data: Syntax): boolean {
  const text = facts.text(facts.definition(data) ?? data);
  return /\bopen\(\s*[rbuf]*["'][^"'{]*["']|__file__/.test(text);
}

function isSafeLoader(facts: FileFacts, call: Call, from: string): boolean {
  if (from === 'js-yaml.load') return !unsafeSchema(facts, option(facts, call, 'schema'));
  if (facts.program.dialect !== 'python') return from.startsWith('yaml.');
  // NumPy reads plain arrays by default, and ruamel.yaml keeps to plain data unless told otherwise (their documentation).
  if (from === 'numpy.load') {
    const pickled = call.keywords.get('allow_pickle');
    return pickled === undefined || facts.constant(pickled) !== true;
  }
  // PyTorch: plain tensors and nothing else ("Serialization semantics").
  if (from === 'torch.load') {
    const plain = call.keywords.get('weights_only');
    return plain !== undefined && facts.constant(plain) === true;
  }
  if (from.startsWith('ruamel.')) {
    const made = call.receiver === null ? '' : facts.text(facts.definition(call.receiver) ?? call.receiver);
    return !/typ\s*=\s*["']unsafe["']/.test(made);
  }
  if (from !== 'yaml.load' && from !== 'yaml.load_all') return false;
  const loader = call.keywords.get('Loader') ?? call.arguments[1];
  return loader !== undefined && (/Safe|Base/.test(facts.text(loader)) || extendsSafeLoader(facts, loader));
}

/** A loader of one's own is as safe as the one it extends. */
function extendsSafeLoader(facts: FileFacts, loader: Syntax): boolean {
  const called = facts.text(loader);
  return facts.nodes('class_declaration').some((node) => {
    const name = fieldOf(node, 'name');
    const bases = fieldOf(node, 'superclasses');
    return (
      name !== undefined && bases !== undefined && facts.text(name) === called && /Safe|Base/.test(facts.text(bases))
    );
  });
}

function unsafeSchema(facts: FileFacts, schema: Syntax | null): boolean {
  return (
    schema !== null &&
    /UNSAFE|js-yaml-js-types|DEFAULT_FULL|FULL_SCHEMA/.test(facts.text(facts.definition(schema) ?? schema))
  );
}

/** Follows what powerful loaders read back to where it comes from. */
export const unsafeDeserialization: CodeDetector = {
  rule,
  triggers: /serialize|pickle|marshal|yaml|dill|shelve|joblib|torch|funcster|cryo|keras|numpy|\bnp\b|\bv8\b/i,
  detect: (facts) => {
    const found = taintedSinks(facts, rule, sinks(facts));
    const lines = new Set(found.map((each) => each.locations[0].startLine));
    return [
      ...found,
      ...accepted(facts),
      ...fromAfar(facts),
      ...unfollowed(facts).filter((each) => !lines.has(each.locations[0].startLine)),
    ];
  },
};
