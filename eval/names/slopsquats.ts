import type { NameKnowledge } from '../../src/evidence/names.ts';
import { judgeSynthetic, type SyntheticAnswer } from './synthetic.ts';
import { interval, share } from './wilson.ts';

/**
 * Names that models invented: blocked while nobody has them, and blocked on the day somebody does. The registry's
 * answers are synthetic: no such name, or a package of one version, registered as many days ago, without repository.
 */
export function slopsquatTable(
  print: (line: string) => void,
  slopsquats: readonly string[],
  names: NameKnowledge,
): void {
  print('');
  print('## Names that models invent (npm), against synthetic registry answers');
  print('');
  print('| registry says (synthetic) | n | blocked | share | interval |');
  print('|---|---|---|---|---|');
  for (const age of [null, 0, 7, 30, 59, 400]) {
    const answer: SyntheticAnswer =
      age === null
        ? { state: 'absent' }
        : { state: 'exists', age, versions: 1, weeklyDownloads: null, repository: false };
    const held = slopsquats.filter((name) => {
      const alike = names.looksLike('npm', name);
      const popular = names.popularSince('npm', name) !== null;
      return judgeSynthetic('npm', name, alike.state === 'known' ? alike.value : [], popular, answer).blocked;
    }).length;
    const says = age === null ? 'no such package' : `registered ${age} days ago, one version`;
    print(
      `| ${says} | ${slopsquats.length} | ${held} | ${share(held, slopsquats.length)} | ${interval(held, slopsquats.length)} |`,
    );
  }
}
