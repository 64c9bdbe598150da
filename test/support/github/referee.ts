import { readFileSync } from 'node:fs';
import type { Document } from 'openapi-backend';
import { OpenAPIBackend } from 'openapi-backend';
import type { Json } from './types.ts';

/** Judges one request of ours by GitHub's own OpenAPI description and by limits that it does not state. */
export interface Referee {
  judge(request: RefereedRequest): readonly string[];
}

interface RefereedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | null;
}

export async function createReferee(): Promise<Referee> {
  const definition = JSON.parse(readFileSync(new URL('openapi.json', import.meta.url), 'utf8')) as Document;
  const api = new OpenAPIBackend({ definition, quick: true, ajvOpts: { strict: false, validateFormats: false } });
  await api.init();
  const known = new Set<string>();
  return {
    judge(request) {
      const where = `${request.method} ${request.path}`;
      const asked = {
        method: request.method,
        path: withEncodedSlashes(request.path.split('?')[0] ?? ''),
        query: request.path.split('?')[1] ?? '',
        headers: { ...request.headers },
        ...(request.body === null ? {} : { body: request.body }),
      };
      const operation = api.matchOperation(asked);
      if (!operation?.operationId) return [`${where}: not an operation that openapi.json lists`];
      known.add(operation.operationId);
      const result = api.validateRequest(asked, operation);
      const errors = (result.errors ?? []).map((error) => `${where}: ${error.instancePath} ${error.message ?? ''}`);
      return [...errors, ...beyondTheDescription(operation.operationId, request.body).map((say) => `${where}: ${say}`)];
    },
  };
}

/** `{path}` and `{ref}` may hold slashes on the wire, which the router would take for separators. */
function withEncodedSlashes(path: string): string {
  const tailed =
    /^(\/repos\/[^/]+\/[^/]+\/(?:contents|git\/ref|compare|branches))\/(.+?)(\/protection)?$/.exec(path) ??
    /^(\/repos\/[^/]+\/[^/]+\/commits)\/(.+?)(\/(?:check-runs|pulls))?$/.exec(path);
  if (!tailed) return path;
  const [, before = '', tail = '', after = ''] = tailed;
  return `${before}/${tail.replaceAll('/', '%2F')}${after}`;
}

const commentLimit = 65_536;
const outputLimit = 65_535;

/** Rules of GitHub's documentation that its OpenAPI description does not carry. */
function beyondTheDescription(operationId: string, body: Json | null): string[] {
  if (!body) return [];
  if (operationId.startsWith('checks/')) return ofCheckRun(body);
  const isComment = operationId === 'issues/create-comment' || operationId === 'issues/update-comment';
  if (isComment && String(body['body']).length > commentLimit) return [`a comment of over ${commentLimit} characters`];
  if (isComment && String(body['body']).trim() === '') return ['an empty comment'];
  return [];
}

function ofCheckRun(body: Json): string[] {
  const said: string[] = [];
  if (body['status'] === 'completed' && body['conclusion'] === undefined) said.push('`completed` without a conclusion');
  if (body['conclusion'] === 'neutral' || body['conclusion'] === 'skipped')
    said.push(`conclusion ${String(body['conclusion'])} satisfies a required check`);
  if (body['conclusion'] !== undefined && body['status'] !== undefined && body['status'] !== 'completed')
    said.push('a conclusion on a run that is not completed');
  const output = body['output'] as Json | undefined;
  for (const field of ['summary', 'text']) {
    const bytes = Buffer.byteLength(String(output?.[field] ?? ''), 'utf8');
    if (bytes > outputLimit) said.push(`output.${field} of ${bytes} bytes, over ${outputLimit}`);
  }
  for (const annotation of (output?.['annotations'] ?? []) as Json[]) said.push(...ofAnnotation(annotation));
  const identifiers = ((body['actions'] ?? []) as Json[]).map((action) => String(action['identifier']));
  if (new Set(identifiers).size !== identifiers.length) said.push('two actions with one identifier');
  return said;
}

/** GitHub REST, "Create a check run": columns only on one line; message 64 KB; title 255 characters; raw details 64 KB. */
function ofAnnotation(annotation: Json): string[] {
  const said: string[] = [];
  const at = `annotation on ${String(annotation['path'])}`;
  const start = Number(annotation['start_line']);
  const end = Number(annotation['end_line']);
  if (start < 1 || end < start) said.push(`${at}: lines ${start} to ${end}`);
  const columns = annotation['start_column'] !== undefined || annotation['end_column'] !== undefined;
  if (columns && start !== end) said.push(`${at}: columns on several lines`);
  if (String(annotation['title'] ?? '').length > 255) said.push(`${at}: a title of over 255 characters`);
  for (const field of ['message', 'raw_details']) {
    if (Buffer.byteLength(String(annotation[field] ?? ''), 'utf8') > 65_536) said.push(`${at}: ${field} over 64 KB`);
  }
  if (String(annotation['message'] ?? '') === '') said.push(`${at}: an empty message`);
  return said;
}
