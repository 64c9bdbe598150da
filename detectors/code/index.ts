import type { CodeDetector } from '../../src/inspect/detector.ts';
import { codeInjection } from './code-injection/detector.ts';
import { commandInjection } from './command-injection/detector.ts';
import { sqlInjection } from './sql-injection/detector.ts';

/** Every code rule, one folder each. The contract test holds this list against the folders. */
export const CODE_DETECTORS: readonly CodeDetector[] = [commandInjection, codeInjection, sqlInjection];
