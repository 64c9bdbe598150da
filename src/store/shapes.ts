import type { Kysely } from 'kysely';
import type { Store } from '../core/store.ts';
import { guarded } from './failure.ts';
import { StoredShape } from './schema.ts';
import type { Tables } from './tables.ts';

/** More shapes of one pull request than anybody looks at are not kept. */
const MOST_SHAPES = 2_000;

/** The shapes of mistakes in agents' pull requests. `instant`: the time of now. */
export function createShapes(db: Kysely<Tables>, instant: () => Date): Pick<Store, 'shapesElsewhere' | 'saveShapes'> {
  return {
    shapesElsewhere: ({ repositoryId, besides, fingerprints, since }) =>
      guarded(async () => {
        if (fingerprints.length === 0) return [];
        const known = db
          .selectFrom('shapes')
          .select(['pull_request', 'fingerprint', 'shape'])
          .where('repository_id', '=', repositoryId)
          .where('fingerprint', 'in', fingerprints.slice(0, MOST_SHAPES))
          .where('seen_at', '>=', new Date(since));
        const rows = await (besides.length === 0 ? known : known.where('pull_request', 'not in', [...besides]))
          .orderBy('seen_at')
          .orderBy('pull_request')
          .execute();
        return rows.map((row) => ({
          ...StoredShape.parse(JSON.parse(row.shape)),
          fingerprint: row.fingerprint,
          pullRequest: Number(row.pull_request),
        }));
      }),

    saveShapes: (repositoryId, pullRequest, shapes) =>
      guarded(async () => {
        const kept = shapes.slice(0, MOST_SHAPES);
        await db.transaction().execute(async (transaction) => {
          const own = transaction
            .deleteFrom('shapes')
            .where('repository_id', '=', repositoryId)
            .where('pull_request', '=', pullRequest);
          const fingerprints = kept.map((each) => each.fingerprint);
          await (fingerprints.length === 0 ? own : own.where('fingerprint', 'not in', fingerprints)).execute();
          for (const { fingerprint, places, path, line } of kept) {
            const shape = JSON.stringify({ places, path, line });
            await transaction
              .insertInto('shapes')
              .values({
                repository_id: repositoryId,
                pull_request: pullRequest,
                fingerprint,
                shape,
                seen_at: instant(),
              })
              .onConflict((conflict) =>
                conflict.columns(['repository_id', 'fingerprint', 'pull_request']).doUpdateSet({ shape }),
              )
              .execute();
          }
        });
      }),
  };
}
