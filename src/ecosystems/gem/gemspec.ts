import { unreadable } from '../json.ts';
import { addEntry, baseName, finish, noteUnread, startReading } from '../reading.ts';
import { descendantsOf, firstErrorLine, parseSyntax, syntaxLocation } from '../syntax.ts';
import type { DependencyFormat } from '../types.ts';
import { literalsOf, namesOf, placedCallsOf } from './ruby.ts';
import { exactVersion } from './versions.ts';

const METHODS: ReadonlySet<string> = new Set([
  'add_dependency',
  'add_runtime_dependency',
  'add_development_dependency',
]);

/** A gem's own description, read without running it (RubyGems, "Specification Reference"). */
export const gemspec: DependencyFormat = {
  id: 'gemspec',
  entry: 'manifest',
  matches: (path) => baseName(path).endsWith('.gemspec'),
  parse: (text, path) => {
    const reading = startReading(path, 'gem', 'manifest');
    const root = parseSyntax(text, path, 'ruby');
    const errorLine = firstErrorLine(root);
    if (errorLine !== null) noteUnread(reading, errorLine, 'not valid Ruby, what stands here is not read');
    const calls = placedCallsOf(descendantsOf(root, ['call'], path));
    if (calls === null) throw unreadable(path, 1, 'blocks nest deeper than in any real gemspec');
    for (const placed of calls) {
      const { call } = placed;
      if (!METHODS.has(call.method)) continue;
      const location = syntaxLocation(path, call.node);
      const [first, ...rest] = call.values;
      const names = namesOf(placed);
      if (names === null) {
        noteUnread(reading, location, `the gem's name is computed: ${(first?.text ?? '').slice(0, 80)}`);
        continue;
      }
      const ranges = rest.flatMap((value) => literalsOf(value) ?? []);
      for (const one of names) {
        addEntry(reading, {
          name: one,
          location,
          scope: call.method === 'add_development_dependency' ? 'development' : 'runtime',
          range: ranges.join(', '),
          ...exactVersion(ranges),
          relationship: 'direct',
          source: 'registry',
        });
      }
    }
    return finish(reading);
  },
};
