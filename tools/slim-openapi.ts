/**
 * Makes `test/support/github/openapi.json`, the referee's rule book: GitHub's own OpenAPI description
 * (`@octokit/openapi@23`, MIT) cut down to the operations that we call, request side only, without prose.
 *
 * The package weighs 385 MB, so it is never a dependency. To run this script again:
 *
 *     mkdir /tmp/openapi && cd /tmp/openapi && npm init -y && npm i --ignore-scripts @octokit/openapi@23
 *     node tools/slim-openapi.ts /tmp/openapi/node_modules/@octokit/openapi/generated/api.github.com.deref.json
 *     npx biome check --write test/support/github/openapi.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Every operation that the App may call. A request outside this list is a violation. */
const operations: readonly string[] = [
  'GET /app',
  'GET /app/installations',
  'GET /app/hook/config',
  'GET /app/hook/deliveries',
  'GET /app/installations/{installation_id}',
  'POST /app/installations/{installation_id}/access_tokens',
  'GET /installation/repositories',
  'GET /rate_limit',
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/installation',
  'GET /repos/{owner}/{repo}/activity',
  'GET /repos/{owner}/{repo}/branches/{branch}',
  'GET /repos/{owner}/{repo}/branches/{branch}/protection',
  'GET /repos/{owner}/{repo}/rules/branches/{branch}',
  'GET /repos/{owner}/{repo}/collaborators',
  'GET /repos/{owner}/{repo}/collaborators/{username}',
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
  'GET /repos/{owner}/{repo}/commits/{ref}',
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/contents/{path}',
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
  'POST /repos/{owner}/{repo}/check-runs',
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'GET /repos/{owner}/{repo}/pulls',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
  'GET /repos/{owner}/{repo}/issues',
  'POST /repos/{owner}/{repo}/issues',
  'GET /repos/{owner}/{repo}/issues/{issue_number}',
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
  'GET /users/{username}',
  'GET /user/{account_id}',
];

const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'x-github', 'title']);

const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.unknown()).optional(),
  requestBody: z.unknown().optional(),
});
const Description = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const source = process.argv[2];
if (source === undefined) {
  console.error('usage: node tools/slim-openapi.ts <api.github.com.deref.json>');
  process.exit(2);
}
const description = Description.parse(JSON.parse(readFileSync(source, 'utf8')));
const paths: Record<string, Record<string, unknown>> = {};
for (const operation of operations) {
  const [method = '', path = ''] = operation.split(' ');
  const found = description.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${operation} is not in ${source}`);
  const { operationId, parameters, requestBody } = Operation.parse(found);
  const entry = {
    operationId,
    ...(parameters ? { parameters: withoutProse(parameters) } : {}),
    ...(requestBody ? { requestBody: withoutProse(requestBody) } : {}),
    responses: { default: { description: '' } },
  };
  paths[path] = { ...paths[path], [method.toLowerCase()]: entry };
}
const slim = {
  openapi: description.openapi,
  info: { title: 'GitHub REST, the part we call', version: description.info.version },
  paths,
};
const target = fileURLToPath(new URL('../test/support/github/openapi.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(slim)}\n`);
console.log(`${operations.length} operations written to ${target}`);

/** Drops prose, and `nullable` where no type stands beside it (not valid in OpenAPI 3.0, and ajv refuses it). */
function withoutProse(value: unknown, insideProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const hasType = fields.some(([key]) => key === 'type');
  const kept = fields.filter(([key]) => insideProperties || (!prose.has(key) && (key !== 'nullable' || hasType)));
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutProse(field, key === 'properties')]));
}
