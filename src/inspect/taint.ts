import type { Binding } from './bindings.ts';
import type { Flow, FlowStep, Strength } from './facts.ts';
import type { Container } from './sources.ts';
import type { Syntax } from './syntax.ts';

/** What an expression carries: an input, an object that has inputs as members, or nothing that matters. */
export interface Taint extends Flow {
  readonly container?: Container;
}

/** Values of parameters while the returns of a called function are followed. */
export type Environment = ReadonlyMap<Binding, Taint | null> | null;

const STRENGTHS: readonly Strength[] = ['remote', 'local', 'parameter', 'unknown'];
const MAX_STEPS = 12;

/** Methods whose result is made of the object they are called on. */
export const PASSING =
  /^(?:trim\w*|to(?:Lower|Upper)Case|toString|slice|substr(?:ing)?|split|join|concat|replace(?:All)?|pad(?:Start|End)|repeat|at|pop|shift|reverse|sort|flat(?:Map)?|map|filter|find|reduce|entries|keys|values|get|getAll|getlist|getall|getone|getunicode|getfirst|getvalue|json|text|formData|decode|encode|format|strip|lower|upper|lstrip|rstrip|removeprefix|removesuffix|title|then|catch|finally|normalize|match|matchAll|exec|item|items|read|next|copy|splitlines|partition|group|pathname|all|param|header|query|parseBody|valid|get_json|get_data|toArray|charAt|trimEnd|val|first|last|buffer|arrayBuffer|blob|push|append|useParams|dict|to_dict|model_dump(?:_json)?|model_copy|getString|getTextInputValue|string|value)$/;
/** Functions that hand their arguments on in another form. */
export const HANDING =
  /^(?:~(?:String|decodeURIComponent|decodeURI|unescape|atob|btoa|encodeURI|encodeURIComponent|JSON\.parse|JSON\.stringify|escape|Object\.(?:assign|values|keys|entries|fromEntries|freeze)|Array\.from|Array\.of|Buffer\.from|Buffer\.concat|String\.raw|structuredClone|Promise\.(?:resolve|all)|str|list|dict|tuple|set|sorted|reversed|bytes|URLSearchParams|URL|Request|FormData|repr|iter|next|zip|map|filter|enumerate)|path\.(?:(?:posix|win32)\.)?\w+|url\.(?:parse|resolve|format|URL)|querystring\.(?:parse|unescape)|qs\.(?:parse|stringify)|util\.(?:format|inspect)|lodash\.(?:trim|template|get|merge|pick|omit|clone\w*|to\w+|join|concat|map|flatten|defaults|first|last)|os\.path\.\w+|os\.fs(?:path|decode)|shlex\.split|textwrap\.\w+|html\.unescape|unicodedata\.normalize|re\.(?:compile\(\)\.)?(?:split|findall|subn?)|django\.utils\.html\.(?:linebreaks|urlize)|codecs\.decode|urllib\.parse\.\w+|(?:simple|or|u)?json\.(?:loads|dumps)|(?:c?[pP]ickle|dill|cloudpickle|marshal)\.loads|yaml\.(?:safe_load|full_load|unsafe_load|load)|tomll?i?b?\.loads|tornado\.escape\.(?:json_decode|url_unescape|to_unicode|utf8|native_str)|base64\.\w+|slash|upath\.\w+|untildify|js-yaml\.(?:load|dump)|ini\.parse|body-parser\.\w+|co-body\.\w+|pathlib\.(?:Path|PurePath)|flask\.escape|~?marked(?:\.(?:parse|marked)(?:\.parse)?)?|markdown-it\(\)\.render|showdown\.Converter\(\)\.makeHtml|(?:markdown|markdown2|commonmark)\.(?:markdown|commonmark)|mistune\.(?:html|markdown)|copy\.\w+|io\.(?:BytesIO|StringIO|TextIOWrapper)|(?:gzip|zlib|bz2|lzma)\.decompress|binascii\.\w+|~(?:bytearray|memoryview)|~str\.(?:format|join|lower|upper|strip)|class-transformer\.plainTo\w+|contextlib\.(?:a?closing|nullcontext)|dataclasses\.(?:asdict|astuple|replace)|attrs?\.(?:asdict|astuple|evolve)|~vars)(?:\(\))?$/;

export function taint(strength: Strength, source: string, node: Syntax): Taint {
  return {
    strength,
    source,
    steps: [{ node, message: strength === 'unknown' ? `${source}, which may be anything` : `comes from ${source}` }],
  };
}

export function step(found: Taint, node: Syntax, message: string): Taint {
  const last: FlowStep | undefined = found.steps.at(-1);
  if (last === undefined || last.node === node || found.steps.length >= MAX_STEPS) return found;
  return { ...found, steps: [...found.steps, { node, message }] };
}

/** Inputs before containers, and the source that is most under another's control. */
export function strongest(found: readonly (Taint | null)[]): Taint | null {
  let best: Taint | null = null;
  for (const each of found) {
    if (each === null) continue;
    if (best === null || rank(each) < rank(best)) best = each;
  }
  return best;
}

function rank(each: Taint): number {
  return each.container === undefined ? STRENGTHS.indexOf(each.strength) : STRENGTHS.length;
}

export function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
