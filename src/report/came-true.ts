import { z } from 'zod';
import type { JsonValue } from '../core/json.ts';
import { counted, inlineCode, inlineText } from './markdown.ts';
import { LENGTH } from './view.ts';

/** Something that happened to a package that a repository asked for. */
const CameTrueView = z.object({
  asked: z.object({
    kind: z.enum(['absent', 'version']),
    type: z.string(),
    name: z.string(),
    version: z.string().nullable(),
  }),
  event: z.object({
    at: z.string(),
    source: z.string(),
    firstPublishedAt: z.string().nullable(),
    advisoryIds: z.array(z.string()),
  }),
  pullRequests: z.array(z.number()),
});
type CameTrueView = z.infer<typeof CameTrueView>;

export const CAME_TRUE_TITLE = 'Packages that pull requests asked for have come true';

/** The text, newest first. Names, sources and ids are shown as text. */
export function renderCameTrue(entries: readonly JsonValue[]): string {
  const views = entries.flatMap((each) => CameTrueView.safeParse(each).data ?? []);
  const malware = views.filter(({ asked }) => asked.kind === 'version').length;
  const appeared = views.length - malware;
  return [
    'Packages are looked at again after the review of the pull request that asked for them. Each line is in the ledger.',
    views.map(line).join('\n'),
    ...(malware > 0
      ? [
          `**${counted(malware, 'merged version is', 'merged versions are')} malware.** Remove it, and treat whatever the machines that installed it could read as known to others.`,
        ]
      : []),
    ...(appeared > 0
      ? [
          `**${counted(appeared, 'name exists', 'names exist')} that did not when it was asked for.** Names that models invent are registered by people who wait for them: make sure that nothing here installs it.`,
        ]
      : []),
    'Close this issue when it is dealt with; what happens later opens a new one.',
  ].join('\n\n');
}

function line({ asked, event, pullRequests }: CameTrueView): string {
  const shown = inlineCode(asked.version === null ? asked.name : `${asked.name}@${asked.version}`, LENGTH.name);
  const source = inlineText(event.source, LENGTH.login);
  const first = event.firstPublishedAt === null ? '' : `, first published ${event.firstPublishedAt.slice(0, 10)}`;
  const ids = event.advisoryIds.slice(0, 3).map((id) => inlineCode(id, LENGTH.login));
  const what =
    asked.kind === 'absent' ? `exists now (${source}${first})` : `is malware (${[source, ...ids].join(', ')})`;
  const places = pullRequests.slice(-5).map((number) => `pull request ${number}`);
  const earlier = pullRequests.length > places.length ? ` and ${pullRequests.length - places.length} before` : '';
  return `- ${event.at.slice(0, 16).replace('T', ' ')} UTC: ${asked.type} ${shown} ${what}; asked for in ${places.join(', ')}${earlier}.`;
}
