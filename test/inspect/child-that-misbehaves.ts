import type { OutcomeMessage, TaskMessage } from '../../src/inspect/protocol.ts';

/**
 * A child process for the pool's tests alone: what a hostile file does to the real one only by accident, it does when
 * told to by the path. `crash`, `exit`, `hang` and `hoard` end it; `retire` asks to be replaced. It answers
 * with its number, and whether it was to be careful.
 */
process.on('message', (message: TaskMessage) => {
  const path = message.task.kind === 'concerns' ? (message.task.paths[0] ?? '') : '';
  if (path === 'crash') process.kill(process.pid, 'SIGSEGV');
  if (path === 'exit') process.exit(7);
  if (path === 'hang') for (;;);
  if (path === 'hoard') {
    const kept: string[][] = [];
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => `${kept.length} ${index}`));
  }
  const answer: OutcomeMessage = {
    id: message.id,
    outcome: { kind: 'concerned', paths: [String(process.pid), message.careful ? 'careful' : 'not careful'] },
    retire: path === 'retire',
  };
  process.send?.(answer);
});
process.on('disconnect', () => process.exit(0));
