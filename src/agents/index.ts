import { AGENTS } from './table.ts';

export { attribute, raise } from './attribute.ts';
export { AttributionFacts } from './schema.ts';

/** Whether a numeric account id is a known coding agent's, by the built-in table or an identity that the policy adds. */
export function isAgentAccount(accountId: number, added: readonly { readonly accounts: readonly number[] }[]): boolean {
  const known = AGENTS.some(
    (row) =>
      row.accounts?.some(({ id }) => id === accountId) === true || row.commitAccounts?.includes(accountId) === true,
  );
  return known || added.some(({ accounts }) => accounts.includes(accountId));
}
