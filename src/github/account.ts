import type { Account } from '../core/attribution.ts';
import type { User } from './schema.ts';

/** GitHub shows content of deleted accounts as the account `ghost`, or as null: the same to us. */
const ghost: Account = { id: 10137, login: 'ghost', type: 'User' };

export function accountOf(user: Pick<User, 'id' | 'login' | 'type'> | null): Account {
  return user === null ? ghost : { id: user.id, login: user.login, type: user.type };
}
