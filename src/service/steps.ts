import type { Ports } from '../ports.ts';

/**
 * The steps of every story: each call that leaves something behind outside the process, at GitHub, in the store or in the
 * ledger. Between two of them nothing happens that a process which dies could lose.
 */
export const STEPS = [
  'github.startCheckRun',
  'github.updateCheckRun',
  'github.createComment',
  'github.updateComment',
  'github.deleteComment',
  'store.savePullRequest',
  'store.saveReview',
  'store.saveSignOff',
  'store.claimEffect',
  'store.cache',
  'queue.send',
  'ledger.append',
] as const;
export type Step = (typeof STEPS)[number];

export type Reached = (step: Step, when: 'before' | 'after') => Promise<void> | void;

/** Ports that tell of each step before it is taken and once it is: tests end the process there. */
export function withSteps(ports: Ports, reached: Reached): Ports {
  const { host, store } = ports;
  const { queue, ledger } = store;

  function told<A extends readonly unknown[], R>(step: Step, act: (...given: A) => Promise<R>) {
    return async (...given: A): Promise<R> => {
      await reached(step, 'before');
      const result = await act(...given);
      await reached(step, 'after');
      return result;
    };
  }

  return {
    ...ports,
    host: {
      ...host,
      startCheckRun: told('github.startCheckRun', host.startCheckRun.bind(host)),
      updateCheckRun: told('github.updateCheckRun', host.updateCheckRun.bind(host)),
      createComment: told('github.createComment', host.createComment.bind(host)),
      updateComment: told('github.updateComment', host.updateComment.bind(host)),
      deleteComment: told('github.deleteComment', host.deleteComment.bind(host)),
    },
    store: {
      ...store,
      savePullRequest: told('store.savePullRequest', store.savePullRequest.bind(store)),
      saveReview: told('store.saveReview', store.saveReview.bind(store)),
      saveSignOff: told('store.saveSignOff', store.saveSignOff.bind(store)),
      claimEffect: told('store.claimEffect', store.claimEffect.bind(store)),
      cache: told('store.cache', store.cache.bind(store)),
      queue: { ...queue, send: told('queue.send', queue.send.bind(queue)) },
      ledger: { ...ledger, append: told('ledger.append', ledger.append.bind(ledger)) },
    },
  };
}
