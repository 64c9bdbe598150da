/** The part of `@npmcli/agent` that is used here; the package has no types of its own (its README, "API"). */
declare module '@npmcli/agent' {
  import type { Agent } from 'node:http';
  import type { LookupFunction } from 'node:net';

  export function getAgent(
    url: string,
    options: Readonly<Record<string, unknown>> & { readonly dns?: { readonly lookup?: LookupFunction } },
  ): Agent | false;
}
