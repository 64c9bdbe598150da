import { CountersignError } from '../core/errors.ts';
import type { RepositoryRef } from '../core/host.ts';
import type { Ports } from '../ports.ts';
import { type Reply, renderReply } from '../report/reply.ts';

/** One comment for each person who gives commands, edited and not piled up. A locked conversation gets none. */
export async function answer(
  repository: RepositoryRef,
  pullRequest: number,
  to: { readonly id: number; readonly login: string },
  reply: Reply,
  ports: Ports,
): Promise<void> {
  const marker = `<!-- countersign:to:${to.id} -->`;
  const body = `${renderReply(reply)}\n${marker}`;
  try {
    const [known] = await ports.host.ownComments(repository, pullRequest, marker);
    if (known === undefined) await ports.host.createComment(repository, pullRequest, body);
    else if (known.body !== body) await ports.host.updateComment(repository, known.id, body);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'host-refused') throw error;
    ports.log('warn', 'a reply could not be written', { pullRequest, reason: error.message });
  }
}
