import type { Handler } from './facts.ts';
import type { HandlerNeeds } from './handler-needs.ts';
import { decorated } from './handlers-decorated.ts';
import { exportedHandlers } from './handlers-exported.ts';
import { registered } from './handlers-registered.ts';

/** Functions that answer requests, under every framework known here. */
export function collectHandlers(needs: HandlerNeeds): readonly Handler[] {
  return [...registered(needs), ...exportedHandlers(needs), ...decorated(needs)];
}
