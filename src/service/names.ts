import { unavailable } from '../core/fact.ts';
import type { NameKnowledge } from '../evidence/names.ts';
import { npmPopularList } from '../evidence/popular.ts';

export async function loadNames(): Promise<NameKnowledge> {
  const npm = await npmPopularList();
  const names = new Set(npm.names);
  return {
    popularSince: (type, name) => (type === 'npm' && names.has(name) ? npm.asOf : null),
    looksLike: () => unavailable('names', 'no list', false),
    elsewhere: () => [],
  };
}
