/** What years leave behind. */
export const GROWN = {
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
} as const;

/**
 * Statements that multiply what one real story left in the tables: each new row is a real row with other keys, most of
 * them of other repositories, every thousandth of the same. Rows of the ledger continue its chain in number only, so
 * nobody may verify it afterwards.
 */
export function grow(): readonly string[] {
  const repository = `CASE WHEN n % ${GROWN.repositories} = 0 THEN (old.row).repository_id ELSE -1 - n % ${GROWN.repositories} END`;
  const pullRequest = (reviewsEach: number) => `1000000 + n / ${reviewsEach}`;
  const each = GROWN.reviews / GROWN.pullRequests;
  return [
    multiplied('countersign.pull_requests', GROWN.pullRequests, {
      repository_id: repository,
      number: pullRequest(1),
      state: "CASE WHEN n % 20 = 0 THEN 'open' ELSE 'closed' END",
      head_sha: 'md5(n::text)',
    }),
    multiplied('countersign.reviews', GROWN.reviews, {
      id: '-n',
      saved: '-n',
      repository_id: repository,
      pull_request: pullRequest(each),
      code: "'r-grown' || n",
      check_run: "'9' || n",
    }),
    multiplied('countersign.sign_offs', GROWN.signOffs, {
      id: "'grown-' || n",
      repository_id: repository,
      pull_request: pullRequest(1),
    }),
    multiplied(
      'countersign.ledger',
      GROWN.ledgerEntries,
      {
        sequence: '(old.row).sequence + n',
        hash: 'md5(n::text) || md5(n::text)',
        previous_hash: 'md5((n - 1)::text) || md5((n - 1)::text)',
        effect_key: "'grown:' || n",
      },
      'sequence',
    ),
    multiplied('countersign.effects', GROWN.effects, { key: "'grown:' || n" }),
    multiplied('countersign.cache', GROWN.cached, { key: "'grown:' || n" }),
    multiplied('countersign.shapes', GROWN.shapes, {
      repository_id: repository,
      pull_request: pullRequest(1),
      fingerprint: 'md5(n::text)',
    }),
    multiplied('countersign.watched_packages', GROWN.watched, {
      key: "'grown:' || n",
      due_at: "now() + interval '6 hours'",
    }),
    multiplied('countersign.asked_packages', GROWN.watched, {
      key: "'grown:' || n",
      repository_id: repository,
      pull_request: pullRequest(1),
    }),
    multiplied('countersign_queue.job', GROWN.doneJobs, { id: "md5('done' || n)::uuid" }, null, "state = 'completed'"),
    multiplied(
      'countersign_queue.job',
      GROWN.delayedJobs,
      {
        id: "md5('delayed' || n)::uuid",
        state: "'created'",
        group_id: "'grown#' || n",
        start_after: "now() + interval '20 days'",
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
