import type { LooseFacts } from '../../src/agents/schema.ts';

/** Facts of an ordinary pull request by a person, with some parts replaced. */
export function facts(changes: Partial<LooseFacts>): LooseFacts {
  return {
    author: { id: 1001, login: 'mona', type: 'User' },
    app: null,
    sender: null,
    assignees: [],
    branch: 'fix-login',
    title: 'Fix login',
    body: 'Fixes the login form.',
    labels: [],
    commits: [
      {
        message: 'Fix login',
        authorName: 'Mona',
        authorEmail: '1001+mona@users.noreply.github.com',
        authorLogin: 'mona',
        authorId: 1001,
      },
    ],
    ...changes,
  };
}

/** The same with one commit, by a person unless said otherwise. */
export function withCommit(
  message: string,
  author: { name?: string; email?: string; id?: number | null } = {},
): LooseFacts {
  return facts({
    commits: [
      {
        message,
        authorName: author.name ?? 'Mona',
        authorEmail: author.email ?? 'mona@octo.example',
        authorLogin: null,
        authorId: author.id ?? null,
      },
    ],
  });
}
