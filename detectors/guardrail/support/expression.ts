/** One `${{ … }}` of a text: its content and where it stands, as offsets into that text. */
export interface Expression {
  readonly content: string;
  readonly start: number;
  readonly end: number;
}

export function expressionsIn(text: string): readonly Expression[] {
  return [...text.matchAll(/\$\{\{([\s\S]*?)\}\}/g)].map((found) => ({
    content: (found[1] ?? '').trim(),
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/**
 * Context fields whose text an outsider chooses (GitHub docs, "Secure use reference", "Good practices for mitigating script
 * injection attacks": fields ending in body, default_branch, email, head_ref, label, message, name, page_name, ref, title).
 */
const UNTRUSTED_FIELDS: readonly RegExp[] = [
  /^github\.head_ref$/,
  /^github\.event\.(?:issue|pull_request|discussion)\.(?:title|body)$/,
  /^github\.event\.(?:comment|review|review_comment)\.body$/,
  /^github\.event\.pull_request\.head\.(?:ref|label)$/,
  /^github\.event\.pull_request\.head\.repo\.(?:default_branch|description|homepage|name)$/,
  /^github\.event\.(?:head_commit|commits(?:\.\*|\[\d+\]|\.\d+)?)\.(?:message|author\.(?:email|name)|committer\.(?:email|name))$/,
  /^github\.event\.workflow_run\.(?:head_branch|display_title|head_commit\.(?:message|author\.(?:email|name))|head_repository\.description)$/,
  /^github\.event\.workflow_run\.pull_requests(?:\.\*|\[\d+\])?\.head\.ref$/,
  /^github\.event\.pages(?:\.\*|\[\d+\])?\.page_name$/,
  /^github\.event\.(?:issue|pull_request)\.(?:labels|assignees)(?:\.\*|\[\d+\])?\.name$/,
  /^github\.event\.(?:issue|pull_request|discussion|comment|review|workflow_run|head_commit|commits|pull_request\.head)$/,
  /^github\.event$/,
  /^github$/,
  /^github\.event\.client_payload(?:\..+)?$/,
  /^github\.event\.changes\.(?:title|body)\.from$/,
];

/** Functions whose answer is true, false or a digest, whatever they are given. */
const HARMLESS_CALLS = /\b(?:contains|startsWith|endsWith|hashFiles|success|failure|always|cancelled)\s*\(/gi;

/** Cuts harmless calls out of an expression, brackets balanced. */
function withoutHarmlessCalls(content: string): string {
  let result = content;
  for (;;) {
    HARMLESS_CALLS.lastIndex = 0;
    const call = HARMLESS_CALLS.exec(result);
    if (call === null) return result;
    let depth = 1;
    let at = call.index + call[0].length;
    while (at < result.length && depth > 0) {
      if (result[at] === '(') depth += 1;
      else if (result[at] === ')') depth -= 1;
      at += 1;
    }
    result = `${result.slice(0, call.index)}true${result.slice(at)}`;
  }
}

/** `github['event'].issue["title"]` as `github.event.issue.title`. */
function dotted(content: string): string {
  return content.replace(/\[\s*['"]([\w-]+)['"]\s*\]/g, '.$1');
}

const REFERENCE = /[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\*)|\[\s*(?:\d+|\*)\s*\])*/g;

/**
 * The references of an expression whose value can come out of it as text: what is only compared or tested yields a
 * boolean and is left out.
 */
export function flowingReferences(content: string): readonly string[] {
  const plain = withoutHarmlessCalls(
    dotted(content.replace(/'(?:[^']|'')*'/g, (literal) => (/^'[\w-]+'$/.test(literal) ? literal : "''"))),
  );
  const references: string[] = [];
  for (const operand of plain.split(/\|\||&&/)) {
    if (/[=!<>]=|[<>]/.test(operand) || /^\s*!/.test(operand)) continue;
    for (const [reference] of operand.matchAll(REFERENCE)) references.push(reference.replace(/\[\s*\*\s*\]/g, '.*'));
  }
  return references;
}

/** The first reference of an expression that an outsider's text flows through, or null. Names of contexts know no case. */
export function untrustedReference(content: string): string | null {
  const found = flowingReferences(content).find((reference) =>
    UNTRUSTED_FIELDS.some((field) => field.test(reference.toLowerCase())),
  );
  // The bare contexts are dangerous only as a whole text: `toJSON(github.event)`.
  if (found !== undefined && /^github(?:\.event)?$/i.test(found)) return /toJSON\s*\(/i.test(content) ? found : null;
  return found ?? null;
}

/** Whether an expression names the head of a pull request: its commit, branch or repository. */
export function namesPullRequestHead(content: string): boolean {
  return flowingReferences(content).some((reference) =>
    /^github\.event\.pull_request\.(?:head\.(?:sha|ref|label|repo\.[\w.]+)|merge_commit_sha|number)$|^github\.head_ref$|^github\.event\.workflow_run\.(?:head_sha|head_branch|head_commit\.id|head_repository\.[\w.]+)$|^github\.event\.(?:issue\.)?number$|^github\.event\.issue\.number$/i.test(
      reference,
    ),
  );
}
