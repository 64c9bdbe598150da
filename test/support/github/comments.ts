import {
  type Answer,
  type Call,
  paged,
  type Route,
  readable,
  refused,
  repo,
  repositoryOf,
  route,
  type Stage,
} from './http.ts';
import type { Json } from './types.ts';
import { isAtLeast, roleOf } from './world.ts';

/** Comments, with the App that wrote them, and the webhooks of every change. */
export const commentRoutes: readonly Route[] = [
  route('GET', `${repo}/issues/(\\d+)/comments`, (call, [name = '', number = ''], stage) => {
    const comments = [...stage.world.comments.values()].filter((c) => c.repository === name && c.number === +number);
    return readable(call, stage, 'issues') ?? paged(call, comments.map(stage.shapes.comment), (items) => items);
  }),
  route('POST', `${repo}/issues/(\\d+)/comments`, async (call, [name = '', number = ''], stage) => {
    const answer = await call.forward();
    if (answer.status !== 201) return answer;
    const byApp = call.caller === 'installation';
    const comment = {
      id: Number((answer.json as Json)['id']),
      repository: name,
      number: +number,
      body: String(call.body?.['body']),
      author: byApp ? `${stage.world.app.slug}[bot]` : call.caller,
      viaAppId: byApp ? stage.world.app.id : null,
      createdAt: stage.now(),
      updatedAt: stage.now(),
    };
    stage.world.comments.set(comment.id, comment);
    emitComment(stage, comment.id, 'created', comment.author, {});
    return { status: 201, json: stage.shapes.comment(comment) };
  }),
  route('GET', `${repo}/issues/comments/(\\d+)`, (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    return readable(call, stage, 'issues') ?? { status: 200, json: stage.shapes.comment(comment) };
  }),
  route('PATCH', `${repo}/issues/comments/(\\d+)`, async (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    const barred = touchable(call, stage, comment.repository, comment.author);
    if (barred) return barred;
    const from = comment.body;
    comment.body = String(call.body?.['body']);
    comment.updatedAt = stage.now();
    emitComment(stage, comment.id, 'edited', senderOf(call, stage), { changes: { body: { from } } });
    return { status: 200, json: stage.shapes.comment(comment) };
  }),
  route('DELETE', `${repo}/issues/comments/(\\d+)`, async (call, [, id = ''], stage) => {
    const comment = stage.world.comments.get(+id);
    if (!comment) return refused(404, 'Not Found');
    const barred = touchable(call, stage, comment.repository, comment.author);
    if (barred) return barred;
    emitComment(stage, comment.id, 'deleted', senderOf(call, stage), {});
    stage.world.comments.delete(comment.id);
    return { status: 204 };
  }),
];

/** A comment may be changed by its author and by people who may write. */
function touchable(call: Call, stage: Stage, name: string, author: string): Answer | undefined {
  if (call.caller === 'installation') {
    const may = ['issues', 'pull_requests'].some((permission) => stage.world.app.permissions[permission] === 'write');
    return may ? undefined : refused(403, 'Resource not accessible by integration');
  }
  const rank = roleOf(repositoryOf(stage, name), call.caller).rank;
  return author === call.caller || isAtLeast(rank, 'write') ? undefined : refused(403, 'Forbidden');
}

function senderOf(call: Call, stage: Stage): string {
  return call.caller === 'installation' ? `${stage.world.app.slug}[bot]` : call.caller;
}

/** Tells the App of a comment, with the issue as GitHub shows a pull request there. */
export function emitComment(stage: Stage, id: number, action: string, sender: string, fields: Json): void {
  const comment = stage.world.comments.get(id);
  if (!comment) throw new Error(`no comment ${id}`);
  const pull = stage.world.pulls.get(`${comment.repository}#${comment.number}`);
  const issue = pull ? stage.shapes.issue(pull) : { number: comment.number };
  const payload = { action, comment: stage.shapes.comment(comment), issue, ...fields };
  stage.emit('issue_comment', comment.repository, sender, payload);
}
