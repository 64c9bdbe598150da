import { unescaped } from './literals.ts';

/** Modules and globals that are looked up under a name which the text need not hold in one piece. */
const LOOKED_UP =
  /\b(?:require|import|getBuiltinModule|import_module|__import__|createRequire)\s*\(\s*(?!['"][^'"\n\\]*['"]\s*[),])[^)\s]|\b(?:globalThis|global|window|self|Reflect\s*\.\s*get|getattr|globals|vars)\s*(?:\?\.)?\s*(?:\(\s*\)\s*)?[[(](?!\s*['"][\w$]*['"]\s*\]|\s*\))/;
const JOINT = /(['"`])\s*\+\s*(['"`])/g;

/**
 * Whether a file can hold a word of a rule. Words are looked for as the language reads them: escapes decoded, adjacent
 * pieces of text joined. Where a module or a global is looked up by a name that is put together elsewhere, every rule
 * counts as met.
 */
export function triggered(text: string): (triggers: RegExp) => boolean {
  let whole: boolean | null = null;
  let plain: string | null = null;
  return (triggers) => {
    if (triggers.test(text)) return true;
    whole ??= LOOKED_UP.test(text);
    if (whole) return true;
    plain ??= plainOf(text);
    return plain !== text && triggers.test(plain);
  };
}

function plainOf(text: string): string {
  const decoded = text.includes('\\') ? unescaped(text) : text;
  return decoded.includes('+') ? decoded.replace(JOINT, '') : decoded;
}
