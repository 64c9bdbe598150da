import { type ChildProcess, fork } from 'node:child_process';
import type { GuardrailContext } from '../core/detector.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { createPatience } from './patience.ts';
import type { BegunMessage, Outcome, OutcomeMessage, Task, TaskMessage } from './protocol.ts';
import { createTurns } from './turns.ts';

export interface PoolOptions {
  /** Child processes at most; they start when there is work for them. */
  readonly processes: number;
  /**
   * Milliseconds of processor time one task may take before its process is killed; less for an asker whose tasks took
   * that long before.
   */
  readonly timeLimitMs: number;
  /** Milliseconds a fresh process has, on top, for its first task: it loads the rules then. */
  readonly startLimitMs: number;
  /** V8 heap of one child, MiB. */
  readonly memoryLimitMb: number;
  /** Module that the child runs. */
  readonly childModule: URL;
  /** Folder in which children keep compiled code for the next ones; null for none. Whoever can write to it runs code in them. */
  readonly codeCache: string | null;
}

export interface Pool {
  /**
   * Never rejects for a crash or a limit (those are `failed`); rejects with the signal's reason when aborted. Tasks with
   * one signal are one asker's, and askers have turns.
   */
  run(task: Task, context: GuardrailContext | null, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}

interface Job {
  readonly id: number;
  readonly task: Task;
  readonly context: GuardrailContext | null;
  readonly asker: AbortSignal;
  readonly settle: (outcome: Outcome) => void;
  settled: boolean;
}

interface Worker {
  readonly child: ChildProcess;
  /** The first is running, a second waits in the child, so that it never idles for a round trip. */
  readonly jobs: Job[];
  context: GuardrailContext | null;
  /** Of the running task. */
  deadline: Deadline | null;
  warm: boolean;
  /** Set once the process must not be given more work. */
  leaving: boolean;
  lastWords: string;
}

const IN_FLIGHT = 2;
/** Of the time to load: for what is compiled at its first use. */
const FIRST_USE = 0.1;
/**
 * V8's last compiler works on code that runs for long. Here much code runs for a short time each: what that compiler
 * costs never comes back, in the first round over a thousand files or the sixth. The compiler before it is left what is
 * called often, without copying functions into others, and all code begins with the first one, which costs next to nothing (docs/decisions/0023).
 */
const COMPILING: readonly string[] = [
  '--no-turbofan',
  '--invocation-count-for-maglev=2000',
  '--no-maglev-inlining',
  '--always-sparkplug',
];
/**
 * In MiB: old objects before V8 first looks through all of them, as it starts with less than the rules' own code needs;
 * and young ones between two looks: what a file needs is given up when its answer is sent, so that the fewer looks fall
 * into the middle of a file, the less is copied. What survives such a look is no sign of a long life either, so nothing is
 * made old from the beginning for its sake.
 */
const COLLECTING: readonly string[] = [
  '--initial-old-space-size=384',
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
];
const CLOSED = 'the inspector is closed';

/** A pool of killable processes. Only the task that was running when a process died has failed; the next is given to another. */
export function createPool(options: PoolOptions): Pool {
  const workers = new Set<Worker>();
  const patience = createPatience(options.timeLimitMs);
  const turns = createTurns<Job>(patience.cost);
  let nextId = 1;
  let closed = false;

  function start(): Worker {
    const child = fork(options.childModule, options.codeCache === null ? [] : [options.codeCache], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${options.memoryLimitMb}`, '--stack-size=3900', ...COMPILING, ...COLLECTING],
      // The child reads hostile text: it gets no secrets of ours, and what it needs as arguments.
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker: Worker = {
      child,
      jobs: [],
      context: null,
      deadline: null,
      warm: false,
      leaving: false,
      lastWords: '',
    };
    workers.add(worker);
    child.stderr?.setEncoding('utf8');
    child.stderr?.on('data', (text: string) => {
      worker.lastWords = (worker.lastWords + text).slice(-4000);
    });
    child.on('message', (message: OutcomeMessage | BegunMessage) => receive(worker, message));
    child.on('error', (error) => {
      worker.lastWords += error.message;
      if (child.pid === undefined) ended(worker, 'the inspecting process could not start');
    });
    child.on('exit', () => {
      worker.leaving = true;
    });
    // Its last words, which say why it ended, may be read only after its end.
    child.on('close', (code, signal) => ended(worker, exitReason(worker, code, signal)));
    idle(worker);
    return worker;
  }

  function receive(worker: Worker, message: OutcomeMessage | BegunMessage): void {
    const job = worker.jobs[0];
    if (job === undefined || job.id !== message.id) return;
    if ('begun' in message) {
      // Time to load is no gift to whose files end one process after the other.
      if (patience.limitFor(job.asker, job.task) < options.timeLimitMs) {
        stopClock(worker);
        startClock(worker, options.startLimitMs * FIRST_USE);
      }
      return;
    }
    worker.jobs.shift();
    // A first task waits for its process to load the parser.
    if (worker.warm && worker.deadline !== null) patience.took(job.asker, worker.deadline.usedMs());
    worker.warm = true;
    stopClock(worker);
    job.settle(message.outcome);
    if (message.retire) retire(worker);
    startClock(worker, options.startLimitMs);
    dispatch();
    idle(worker);
  }

  function ended(worker: Worker, reason: string): void {
    if (!workers.delete(worker)) return;
    stopClock(worker);
    const [running, ...waiting] = worker.jobs.splice(0);
    if (running !== undefined) {
      patience.lost(running.asker);
      running.settle({ kind: 'failed', reason });
    }
    again(waiting);
  }

  /** Tasks that waited behind a lost one go first to another process. */
  function again(jobs: readonly Job[]): void {
    for (const job of jobs) turns.giveBack(job);
    if (closed) for (const job of turns.empty()) job.settle({ kind: 'failed', reason: CLOSED });
    dispatch();
  }

  function startClock(worker: Worker, startLimitMs: number): void {
    const job = worker.jobs[0];
    if (job === undefined || worker.deadline !== null) return;
    const own = patience.limitFor(job.asker, job.task);
    const limit = own + (worker.warm ? 0 : startLimitMs);
    worker.deadline = startDeadline(worker.child.pid, limit, (usedMs) => {
      worker.leaving = true;
      workers.delete(worker);
      const [, ...waiting] = worker.jobs.splice(0);
      worker.child.kill('SIGKILL');
      patience.took(job.asker, usedMs);
      const slow = own < options.timeLimitMs ? ', which is less than others have since many files took long' : '';
      job.settle({ kind: 'failed', reason: `took longer than the limit of ${own / 1000} s${slow}` });
      again(waiting);
    });
  }

  function dispatch(): void {
    while (turns.wait()) {
      const worker = freest();
      if (worker === null) return;
      const job = turns.next();
      if (job === undefined) return;
      if (job.settled) continue;
      const given = { id: job.id, task: job.task, careful: patience.isCareful(job.asker) };
      const message: TaskMessage =
        job.context === null || job.context === worker.context ? given : { ...given, context: job.context };
      if (job.context !== null) worker.context = job.context;
      worker.jobs.push(job);
      worker.child.ref();
      worker.child.channel?.ref();
      worker.child.send(message, (error) => {
        if (error !== null) worker.child.kill('SIGKILL');
      });
      startClock(worker, options.startLimitMs);
    }
  }

  /** An idle process first, then a new one, then one with room for a waiting task. */
  function freest(): Worker | null {
    let roomy: Worker | null = null;
    for (const worker of workers) {
      if (worker.leaving) continue;
      if (worker.jobs.length === 0) return worker;
      if (worker.jobs.length < IN_FLIGHT && roomy === null) roomy = worker;
    }
    if (workers.size < options.processes) return start();
    return roomy;
  }

  function retire(worker: Worker): void {
    worker.leaving = true;
    workers.delete(worker);
    for (const job of worker.jobs.splice(0)) turns.giveBack(job);
    worker.child.kill('SIGKILL');
  }

  return {
    run(task, context, signal) {
      signal.throwIfAborted();
      if (closed) return Promise.resolve({ kind: 'failed', reason: CLOSED });
      return new Promise<Outcome>((resolve, reject) => {
        const onAbort = (): void => {
          job.settled = true;
          reject(signal.reason);
        };
        const job: Job = {
          id: nextId++,
          task,
          context,
          asker: signal,
          settled: false,
          settle(outcome) {
            if (job.settled) return;
            job.settled = true;
            signal.removeEventListener('abort', onAbort);
            resolve(outcome);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        // What a dependency file says is followed by a round of look-ups; code that waits a little loses no time by it.
        turns.add(signal, job, task.kind === 'dependencies' ? 'first' : 'last');
        dispatch();
      });
    },
    async close() {
      closed = true;
      for (const job of turns.empty()) job.settle({ kind: 'failed', reason: CLOSED });
      const exits = [...workers].map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker.child.exitCode !== null || worker.child.signalCode !== null) return resolve();
            worker.child.ref();
            worker.child.once('exit', () => resolve());
            worker.child.kill('SIGKILL');
          }),
      );
      await Promise.all(exits);
    },
  };
}

function stopClock(worker: Worker): void {
  worker.deadline?.stop();
  worker.deadline = null;
}

/** A warm child without work must not keep a finished command alive. */
function idle(worker: Worker): void {
  if (worker.jobs.length > 0) return;
  worker.child.unref();
  worker.child.channel?.unref();
  const stderr = worker.child.stderr;
  if (stderr !== null && 'unref' in stderr && typeof stderr.unref === 'function') stderr.unref();
}

function exitReason(worker: Worker, code: number | null, signal: NodeJS.Signals | null): string {
  if (/heap out of memory|Allocation failed/i.test(worker.lastWords)) return 'needs more memory than the limit';
  return `ended the inspecting process (${signal ?? `exit code ${code}`})`;
}
