import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests of whole services, databases and registries: they wait more than they compute. */
const WAITING = /\/test\/(?:commands|e2e|evidence|git|service|signoff|store)\//;

/**
 * What waits comes first, and what computes fills up the rest: a long wait that begins last, as the small files of some
 * would (by its size a file says nothing about its time), is one that nobody else has anything to do in.
 */
export class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification): boolean => WAITING.test(moduleId);
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}
