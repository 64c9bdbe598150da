import type { PackageType } from '../core/dependency.ts';
import type { Destination, Route } from '../core/lookup.ts';
import { isInternal } from './internal.ts';

/** Where a name goes, or why it goes nowhere. A name with a private route is never sent to a public source. */
export type Routed =
  | { readonly state: 'public'; readonly destination: Destination }
  | { readonly state: 'private'; readonly destination: Destination }
  | { readonly state: 'refused'; readonly reason: string; readonly source: string };

export interface RoutingSettings {
  /** From the operator, or the user's own configuration: trusted, private address or not. */
  readonly routes: readonly Route[];
  /** Hosts that lines of a base tree may name. Operator routes' hosts count as allowed. */
  readonly allowedHosts: readonly string[];
}

/**
 * Chooses the registry for a name: the operator's routes first, then the base tree's, and those only to hosts the
 * operator allows. The head of a change is never asked.
 */
export function routeOf(
  type: PackageType,
  name: string,
  settings: RoutingSettings,
  baseRoutes: readonly Route[],
): Routed {
  const own = bestRoute(type, name, settings.routes);
  const base = bestRoute(type, name, baseRoutes);
  // The narrower line wins: an operator's default for all names does not swallow the repository's own scope.
  if (own !== undefined && (base === undefined || width(own) >= width(base))) {
    const host = hostOf(own.registry);
    if (host === null) return { state: 'refused', reason: 'the configured address is not a URL', source: own.registry };
    const destination = { registry: own.registry, source: host };
    // A mirror of everything stands for the public source; only a narrower line says that a name is private.
    return own.names === '*'
      ? { state: 'public', destination: { registry: own.registry, source: type } }
      : { state: 'private', destination };
  }
  // Scopes route names; a base tree's default registry counts only where the operator knows the host.
  if (base === undefined || (base.names === '*' && !allowedHosts(settings).has(hostOf(base.registry) ?? '')))
    return { state: 'public', destination: { registry: null, source: type } };

  const host = hostOf(base.registry);
  const source = host ?? 'an unreadable address';
  if (host === null || base.registry.includes('${')) {
    return { state: 'refused', source, reason: 'the base tree routes the name to an address that cannot be read' };
  }
  if (!allowedHosts(settings).has(host)) {
    const kind = isInternal(host) ? 'an internal address' : 'a host';
    return {
      state: 'refused',
      source,
      reason: `the base tree routes the name to ${kind} that the operator has not allowed`,
    };
  }
  if (base.names === '*') return { state: 'public', destination: { registry: base.registry, source: host } };
  return { state: 'private', destination: { registry: base.registry, source: host } };
}

function allowedHosts(settings: RoutingSettings): ReadonlySet<string> {
  return new Set([...settings.allowedHosts, ...settings.routes.flatMap(({ registry }) => hostOf(registry) ?? [])]);
}

function bestRoute(type: PackageType, name: string, routes: readonly Route[]): Route | undefined {
  return routes
    .filter((route) => route.type === type && covers(route.names, name))
    .sort((a, b) => width(b) - width(a))[0];
}

/** How narrow a route is: the longer its fixed part, the narrower. */
function width(route: Route): number {
  return route.names === '*' ? 0 : route.names.length;
}

function covers(names: string, name: string): boolean {
  if (names === '*') return true;
  if (names.endsWith('*')) return name.startsWith(names.slice(0, -1));
  return name === names || name.startsWith(`${names}/`);
}

function hostOf(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  return url.host.toLowerCase();
}
