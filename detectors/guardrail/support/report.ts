import type { Detection } from '../../../src/core/detection.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { Confidence, Level, Rule } from '../../../src/core/rule.ts';

/** Lines and columns from 1; `endColumn` one past the last character. */
export interface Span {
  readonly line: number;
  readonly endLine: number;
  readonly column?: number;
  readonly endColumn?: number;
}

export interface Telling {
  readonly path: string;
  readonly at: Span;
  readonly side?: 'base' | 'head';
  readonly message: string;
  readonly remediation: string;
  readonly level?: Level;
  readonly confidence?: Confidence;
  /** The normalised shape of the mistake, without names or values. */
  readonly shape: string;
  /** Exactly what was judged, before and after. */
  readonly before: JsonValue;
  readonly after: JsonValue;
}

const MESSAGE_LIMIT = 300;
/** Most characters of quoted, and so suspicious, text that one message carries in all. */
const QUOTED_LIMIT = 80;

/** The message with its quotations cut so that together they stay within the limit; short ones leave their rest to others. */
export function withinQuota(message: string): string {
  const lengths = [...message.matchAll(/“([^”]*)”/g)].map((found) => found[1]?.length ?? 0).sort((a, b) => a - b);
  let left = QUOTED_LIMIT;
  let share = QUOTED_LIMIT;
  for (const [index, length] of lengths.entries()) {
    share = Math.floor(left / (lengths.length - index));
    if (length > share) break;
    left -= length;
  }
  return message.replace(/“([^”]*)”/g, (whole, inner: string) =>
    inner.length <= share ? whole : `“${inner.slice(0, share - 1).replace(/[\ud800-\udbff]$/, '')}…”`,
  );
}

/** A detection of this rule; the message is cut to the contract's 300 characters. */
export function tell(rule: Rule, telling: Telling): Detection {
  const { path, at } = telling;
  const message = withinQuota(telling.message);
  return {
    ruleId: rule.id,
    message: message.length > MESSAGE_LIMIT ? `${message.slice(0, MESSAGE_LIMIT - 1)}…` : message,
    remediation: telling.remediation,
    locations: [
      {
        path,
        startLine: at.line,
        endLine: Math.max(at.line, at.endLine),
        ...(at.column === undefined ? {} : { startColumn: at.column }),
        ...(at.column === undefined || at.endColumn === undefined ? {} : { endColumn: at.endColumn }),
        ...(telling.side === undefined ? {} : { side: telling.side }),
      },
    ],
    ...(telling.level === undefined ? {} : { level: telling.level }),
    ...(telling.confidence === undefined ? {} : { confidence: telling.confidence }),
    fingerprint: `${rule.id}:${telling.shape}`,
    evidence: { path, before: telling.before, after: telling.after },
  };
}
