import type { Ecosystem } from '../types.ts';
import { gemfile } from './gemfile.ts';
import { gemspec } from './gemspec.ts';
import { gemfileLock } from './lock.ts';

/** Ruby packages; names are told apart by case (RubyGems, "Name your gem"). */
export const gem: Ecosystem = {
  type: 'gem',
  osv: 'RubyGems',
  formats: [gemfile, gemspec, gemfileLock],
  normalizeName: (name) => name,
};
