/** Rows of each kind. */
export type Sizes = Readonly<
  Record<
    | 'repositories'
    | 'pullRequests'
    | 'reviews'
    | 'signOffs'
    | 'ledgerEntries'
    | 'effects'
    | 'cached'
    | 'shapes'
    | 'watched'
    | 'doneJobs'
    | 'delayedJobs',
    number
  >
>;

/** What years leave behind. */
export const GROWN: Sizes = {
  repositories: 1_000,
  pullRequests: 50_000,
  reviews: 100_000,
  signOffs: 20_000,
  ledgerEntries: 250_000,
  effects: 200_000,
  cached: 50_000,
  shapes: 50_000,
  watched: 20_000,
  doneJobs: 100_000,
  delayedJobs: 2_000,
};

/**
 * Statements that multiply what one real story left in the tables: each new row is a real row with other keys, most of
 * them of other repositories, every thousandth of the same. Rows of the ledger continue its chain in number only, so
 * nobody may verify it afterwards.
 */
export function grow(sizes: Sizes): readonly string[] {
  const repository = `CASE WHEN n % ${sizes.repositories} = 0 THEN (old.row).repository_id ELSE -1 - n % ${sizes.repositories} END`;
  const pullRequest = (reviewsEach: number) => `1000000 + n / ${reviewsEach}`;
  const each = sizes.reviews / sizes.pullRequests;
  return [
    multiplied('countersign.pull_requests', sizes.pullRequests, {
      repository_id: repository,
      number: pullRequest(1),
      state: "CASE WHEN n % 20 = 0 THEN 'open' ELSE 'closed' END",
      head_sha: 'md5(n::text)',
    }),
    multiplied('countersign.reviews', sizes.reviews, {
      id: '-n',
      saved: '-n',
      repository_id: repository,
      pull_request: pullRequest(each),
      code: "'r-grown' || n",
      check_run: "'9' || n",
    }),
    multiplied('countersign.sign_offs', sizes.signOffs, {
      id: "'grown-' || n",
      repository_id: repository,
      pull_request: pullRequest(1),
    }),
    multiplied(
      'countersign.ledger',
      sizes.ledgerEntries,
      {
        sequence: '(old.row).sequence + n',
        hash: 'md5(n::text) || md5(n::text)',
        previous_hash: 'md5((n - 1)::text) || md5((n - 1)::text)',
        effect_key: "'grown:' || n",
      },
      'sequence',
    ),
    multiplied('countersign.effects', sizes.effects, { key: "'grown:' || n" }),
    multiplied('countersign.cache', sizes.cached, { key: "'grown:' || n" }),
    multiplied('countersign.shapes', sizes.shapes, {
      repository_id: repository,
      pull_request: pullRequest(1),
      fingerprint: 'md5(n::text)',
    }),
    multiplied('countersign.watched_packages', sizes.watched, {
      key: "'grown:' || n",
      due_at: "now() + interval '6 hours'",
    }),
    multiplied('countersign.asked_packages', sizes.watched, {
      key: "'grown:' || n",
      repository_id: repository,
      pull_request: pullRequest(1),
    }),
    multiplied('countersign_queue.job', sizes.doneJobs, { id: "md5('done' || n)::uuid" }, null, "state = 'completed'"),
    multiplied(
      'countersign_queue.job',
      sizes.delayedJobs,
      {
        id: "md5('delayed' || n)::uuid",
        state: "'created'",
        group_id: "'grown#' || n",
        created_on: "now() - n * interval '10 minutes'",
        start_after: "now() + n * interval '10 minutes'",
        started_on: 'NULL',
        completed_on: 'NULL',
      },
      null,
      "state = 'completed'",
    ),
    'ANALYZE',
  ];
}

/** `changes`: column to SQL over the row's number `n` and `old.row`. `newest`: the column whose highest row is multiplied. */
function multiplied(
  table: string,
  count: number,
  changes: Readonly<Record<string, string>>,
  newest: string | null = null,
  where = 'true',
): string {
  const fields = Object.entries(changes).map(([column, value]) => `'${column}', ${value}`);
  const order = newest === null ? '' : `ORDER BY ${newest} DESC`;
  return `INSERT INTO ${table} SELECT new.*
    FROM (SELECT t AS row FROM ${table} t WHERE ${where} ${order} LIMIT 1) old,
      generate_series(1, ${count}) n,
      LATERAL jsonb_populate_record(old.row, jsonb_build_object(${fields.join(', ')})) new`;
}
