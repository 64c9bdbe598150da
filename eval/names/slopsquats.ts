import type { NameKnowledge } from '../../src/evidence/names.ts';
import { judgeSynthetic, type SyntheticAnswer } from './synthetic.ts';
import { interval, share } from './wilson.ts';

/**
 * Names that models invented: blocked while nobody has them, and blocked on the day somebody does. The registry's
 * answers are synthetic: no such name; a package of one version, registered as many days ago, without repository, by
 * somebody of whom nothing is known; or one that was given versions and a repository.
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
  const bare = { state: 'exists', versions: 1, weeklyDownloads: null, repository: false } as const;
  const dressed = { state: 'exists', age: 30, versions: 3, weeklyDownloads: 40, repository: true } as const;
  const answers: readonly (readonly [says: string, answer: SyntheticAnswer])[] = [
    ['no such package', { state: 'absent' }],
    ...[0, 7, 30, 59, 400].map(
      (age) => [`registered ${age} days ago, one version`, { ...bare, age, publisherKnownDays: null }] as const,
    ),
    [
      '30 days ago, three versions, a repository, 40 downloads a week, by an account nobody knows',
      { ...dressed, publisherKnownDays: null },
    ],
    [
      'the same by an account known for two years: those that imitate another name are left',
      { ...dressed, publisherKnownDays: 730 },
    ],
  ];
  for (const [says, answer] of answers) {
    const held = slopsquats.filter((name) => {
      const alike = names.looksLike('npm', name);
      const popular = names.popularSince('npm', name) !== null;
      return judgeSynthetic('npm', name, alike.state === 'known' ? alike.value : [], popular, answer).blocked;
    }).length;
    print(
      `| ${says} | ${slopsquats.length} | ${held} | ${share(held, slopsquats.length)} | ${interval(held, slopsquats.length)} |`,
    );
  }
}
