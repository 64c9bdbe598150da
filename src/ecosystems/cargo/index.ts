import type { Ecosystem } from '../types.ts';
import { cargoLock } from './lock.ts';
import { cargoToml } from './manifest.ts';

/** Rust packages. Registries take `-` and `_`, and either case, for one name (The Cargo Book, "Registry Index", "Name restrictions"). */
export const cargo: Ecosystem = {
  type: 'cargo',
  osv: 'crates.io',
  formats: [cargoToml, cargoLock],
  normalizeName: (name) => name.toLowerCase().replaceAll('_', '-'),
};
