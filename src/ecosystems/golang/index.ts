import type { Ecosystem } from '../types.ts';
import { goMod } from './mod.ts';
import { goSum } from './sum.ts';

/** Go modules; module paths are told apart by case (Go Modules Reference, "Module paths"). */
export const golang: Ecosystem = {
  type: 'golang',
  osv: 'Go',
  formats: [goMod, goSum],
  normalizeName: (name) => name,
};
