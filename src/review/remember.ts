import type { RepositoryRef } from '../core/host.ts';
import type { AppliedPolicy } from '../policy/applied.ts';
import { ANNOUNCED_DAYS } from '../policy/exceptions.ts';
import type { Ports } from '../ports.ts';
import type { Asked } from './asked.ts';

/** Jobs that wait longer than a month are not kept by the queue; a review that comes earlier asks for the next one. */
const LONGEST_WAIT_MS = 25 * 86_400_000;
/** So that the whole days by which rules count are over. */
const AFTER_MS = 1_000;

/** Keeps what outlives a review: packages to look at again, and the moment at which time alone changes the answer. */
export async function rememberAsked(
  repository: RepositoryRef,
  pullRequest: number,
  asked: Asked,
  policy: Pick<AppliedPolicy, 'exceptionsEnd'>,
  ports: Ports,
): Promise<void> {
  const { store } = ports;
  if (asked.privateNames.length > 0) await store.forgetNames(repository.id, asked.privateNames);
  await store.remember(repository, pullRequest, asked.packages);

  const { exceptionsEnd } = policy;
  const ends = [asked.cooldownEnds, exceptionsEnd].flatMap((each) => (each === null ? [] : [Date.parse(each)]));
  // The end of an exception is announced where it is seen: in the check of what rests on it.
  const announced = exceptionsEnd === null ? 0 : Date.parse(exceptionsEnd) - ANNOUNCED_DAYS * 86_400_000;
  const next = Math.min(...ends, ...(announced > ports.now() ? [announced] : []));
  if (!Number.isFinite(next)) return;
  const afterMs = Math.min(Math.max(0, next - ports.now()), LONGEST_WAIT_MS) + AFTER_MS;
  // Named by the day on which it comes, so that many reviews of one change leave one behind, and a capped one its next.
  const name = `wake:${repository.id}:${pullRequest}:${next}:${Math.floor((ports.now() + afterMs) / 86_400_000)}`;
  await store.queue.send(
    name,
    {
      kind: 'review',
      repository,
      pullRequest,
      cause: 'time-passed',
      sender: null,
      headSha: null,
      beforeSha: null,
      attempt: 0,
    },
    { afterMs },
  );
}
