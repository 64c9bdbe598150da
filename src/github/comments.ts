import { z } from 'zod';
import type { CommentState, Host } from '../core/host.ts';
import { accountOf } from './account.ts';
import { isGone } from './failure.ts';
import type { Requester } from './request.ts';
import { Comment } from './schema.ts';
import { cutCharacters } from './text.ts';

type Comments = Pick<Host, 'comment' | 'ownComments' | 'createComment' | 'updateComment' | 'deleteComment'>;

const one = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
const list = '/repos/{owner}/{repo}/issues/{issue_number}/comments';
/** GitHub's limit for a comment's body, in characters. */
const limit = 65_536;
/** A hundred comments each: more than any conversation has. */
const maxPages = 100;

export function createComments(requester: Requester, appId: number): Comments {
  return {
    async comment(ref, id) {
      try {
        return stateOf(await requester.read(ref, `GET ${one}`, { comment_id: id }, Comment));
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },
    async ownComments(ref, number, marker) {
      const { items } = await requester.readPages(ref, `GET ${list}`, { issue_number: number }, Comment, maxPages);
      // Anyone can write the marker; only we write through our App.
      return items
        .map(stateOf)
        .filter((comment) => comment.viaAppId === appId && comment.body.includes(marker))
        .sort((a, b) => a.id - b.id);
    },
    async createComment(ref, number, body) {
      const parameters = { issue_number: number, body: cutCharacters(body, limit) };
      return stateOf(await requester.write(ref, `POST ${list}`, parameters, Comment));
    },
    async updateComment(ref, id, body) {
      const parameters = { comment_id: id, body: cutCharacters(body, limit) };
      return stateOf(await requester.write(ref, `PATCH ${one}`, parameters, Comment));
    },
    async deleteComment(ref, id) {
      try {
        await requester.write(ref, `DELETE ${one}`, { comment_id: id }, z.unknown());
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

function stateOf(comment: Comment): CommentState {
  return {
    id: comment.id,
    body: comment.body ?? '',
    author: accountOf(comment.user),
    viaAppId: comment.performed_via_github_app?.id ?? null,
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
    htmlUrl: comment.html_url ?? null,
  };
}
