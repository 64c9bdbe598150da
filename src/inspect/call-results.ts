import type { Constants } from './constants.ts';
import type { Call, SinkKind } from './facts.ts';
import { replacementSanitizes } from './sanitizers.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** Python's `text.strip()` takes white space away, and `text.encode()` makes bytes of the same characters. */
export function isPlainMethod(call: Call, program: Program): boolean {
  return program.dialect === 'python' && call.receiver !== null && /^(?:[lr]?strip|encode)$/.test(call.name ?? '');
}

/** `request.args.get('n', type=int)` (werkzeug, MultiDict.get) */
export function isScalar(call: Call, program: Program): boolean {
  const type = call.keywords.get('type');
  return type !== undefined && /^(?:int|float|bool|(?:uuid\.)?UUID)$/.test(written(type, program));
}

/** Results of these are settled by the program, not by its input. */
export function settledCall(call: Call): boolean {
  const from = call.origin;
  if (from === null) return false;
  return /^(?:os\.|crypto\.|~process\.|~performance|~Object\.create|~Symbol|~require|import-meta|uuid|~document\.createElement|~Date|~Intl|url\.fileURLToPath|~__dirname|~Map|~Set|~WeakMap|~Array\(|~document\.|~console|path\.(?:dirname|sep)|~super|~range|~type|datetime\.|time\.|express|zod|joi|fastapi\.)/.test(
    from,
  );
}

/** The body of a named sanitizer tests or rewrites something. */
export function changesValue(fn: Syntax, program: Program): boolean {
  const body = childOf(fn, 'body');
  return (
    body !== null &&
    /replace|test\(|match|includes|ncode|scape|\bhas\(|indexOf|Number|parse|filter|throw|raise|typeof|anitize|\bre\.|quote|\bint\(|basename|resolve|\bin\b|\?|\[/.test(
      written(body, program),
    )
  );
}

/** A call on what a library of schemas made, or on what is named after a schema. */
export function schemaLike(call: Call, program: Program): boolean {
  const from = call.origin;
  if (
    from !== null &&
    /^(?:zod|joi|yup|valibot|superstruct|ajv|@hapi\/joi|@sinclair|runtypes|io-ts|arktype|pydantic)/.test(from)
  )
    return true;
  return (
    call.receiver !== null &&
    /schema|validator|model$|Dto$|^[A-Z]\w*(?:Schema|Model|Input|Type)$/i.test(written(call.receiver, program))
  );
}

/** A replacement that takes away what does harm in this kind of place. */
export function replaces(call: Call, kind: SinkKind, program: Program, constants: Constants): boolean {
  const [first] = call.arguments;
  if (first === undefined) return false;
  const pattern = constants.resolved(first);
  if (pattern.type === 'regex') {
    const body = childOf(pattern, 'pattern');
    const flags = childOf(pattern, 'flags');
    return (
      body !== null && replacementSanitizes(written(body, program), flags === null ? '' : written(flags, program), kind)
    );
  }
  const compiled =
    call.origin === 're.compile().sub' && call.receiver !== null ? constants.resolved(call.receiver) : null;
  const list = compiled === null ? null : childOf(compiled, 'arguments');
  const text = constants.constant(list === null ? first : (list.children[0] ?? first));
  if (typeof text !== 'string') return false;
  if (compiled !== null) return list !== null && replacementSanitizes(text, 'g', kind);
  if (program.dialect === 'python' && call.origin === 're.sub') return replacementSanitizes(text, 'g', kind);
  return (
    (program.dialect === 'python' || call.name === 'replaceAll') &&
    replacementSanitizes(text.replace(/[\r\n]/g, '\\n'), 'g', kind)
  );
}

function written(node: Syntax, program: Program): string {
  return program.text.slice(node.start, node.end);
}
