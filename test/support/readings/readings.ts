import { FILE_READINGS } from './files.ts';
import { FORMAT_READINGS } from './formats.ts';
import { JUDGEMENT_READINGS } from './judgements.ts';
import type { Reading } from './reading.ts';
import { TEXT_READINGS } from './texts.ts';

/** Everything that is asked of the guard rails' readers: the tests ask it, and the mutation run of every mutant. */
export const READINGS: readonly Reading[] = [
  ...FORMAT_READINGS,
  ...TEXT_READINGS,
  ...FILE_READINGS,
  ...JUDGEMENT_READINGS,
];
