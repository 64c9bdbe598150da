import type { KillAfter, KillingGround, Life } from './killing.ts';
import { until } from './world.ts';

const INJECTION = `import { exec } from 'node:child_process';

export function list(request, response) {
  exec('ls ' + request.query.dir, (error, out) => response.send(out));
}
`;

/** A pull request that a living process has reviewed: what waits for a person. */
export interface Held {
  readonly number: number;
  readonly head: string;
}

/** What a sign-off leaves behind, killed or not. */
export interface SignOffLeft {
  readonly runs: readonly (string | null)[];
  readonly comments: readonly string[];
  readonly ledger: readonly string[];
}

export const UNDISTURBED: SignOffLeft = {
  runs: ['1 finding signed by ben'],
  comments: ['1 finding signed by ben', 'ben signed F1 (command-injection)'],
  ledger: ['review', 'verdict', 'sign-off-pending', 'sign-off', 'verdict'],
};

/** Opens one, and waits for its review: done by whatever process lives. */
export async function held(ground: KillingGround, name: string): Promise<Held> {
  const { repository } = ground.stage;
  const head = await repository.push(name, { [`src/${name}.js`]: INJECTION }, { as: 'Copilot' });
  const number = await repository.open({ branch: name, title: 'Kill', as: 'Copilot' });
  await repository.completed(head);
  return { number, head };
}

/**
 * A command to sign and the press, before a process that dies (kill -9) right after a step, counted from its start; another
 * one is started and goes on. Answers which of the two it died in, or null where it lived through both;
 * and the process that lives.
 */
export async function signKilled(
  ground: KillingGround,
  { number, head }: Held,
  step: KillAfter,
): Promise<{
  readonly died: { readonly phase: 'command' | 'press'; readonly after: string } | null;
  readonly life: Life;
}> {
  const { repository } = ground.stage;
  let life = await ground.start(step);
  let died: { readonly phase: 'command' | 'press'; readonly after: string } | null = null;

  const sticky = repository.comments(number).find((each) => each.body.includes('countersign:sticky'));
  const code = /\br-[0-9a-z]{8}\b/.exec(sticky?.body ?? '')?.[0] ?? '';
  await repository.comment(number, `/countersign sign F1 ${code} only our own scheduler calls this`, 'ben');
  await livedThrough('command', /one step is left/);
  const run = repository.checkRuns(head).at(-1);
  await repository.press(run?.id ?? 0, run?.actions[0]?.identifier ?? '', 'ben');
  await livedThrough('press', /ben signed/);
  return { died, life };

  /** Until the reply is there, which is the last that is said; from the process that was asked, or from the next. */
  async function livedThrough(phase: 'command' | 'press', said: RegExp): Promise<void> {
    const reply = (): true | undefined =>
      repository.comments(number).some((each) => each.viaAppId !== null && said.test(each.body)) || undefined;
    const last = await Promise.race([life.gone, until(reply).then(() => (died === null ? quiet() : null))]);
    if (last === null) return;
    died = { phase, after: /killed after (\S+)/.exec(last)?.[1] ?? last };
    life = await ground.start();
    await until(reply);
  }

  /** A step that comes after the reply still has its turn. */
  async function quiet(): Promise<string | null> {
    await ground.stage.github.settled();
    return Promise.race([life.gone, new Promise<null>((resolve) => setTimeout(() => resolve(null), 1_000))]);
  }
}

/** What is there now; no process may live. */
export async function leftOf(ground: KillingGround, { number, head }: Held): Promise<SignOffLeft> {
  const { repository } = ground.stage;
  const own = repository.comments(number).filter((each) => each.viaAppId !== null);
  return {
    runs: repository.checkRuns(head).map((run) => run.title),
    comments: own.map(
      (each) => /1 finding signed by ben|ben signed F1 \(command-injection\)/.exec(each.body)?.[0] ?? each.body,
    ),
    ledger: (await ground.ledger()).filter(([, about]) => about === number).map(([type]) => type),
  };
}
