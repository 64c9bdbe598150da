import { describe, expect, test } from 'vitest';
import { graphqlUrlOf } from '../../src/github/merge-queue.ts';
import { readSettings } from '../../src/service/settings.ts';
import { userSources } from '../../src/service/source-settings.ts';

describe('one setting names the host:', () => {
  // GitHub Docs, "About GitHub Enterprise Cloud with data residency": api.SUBDOMAIN.ghe.com beside SUBDOMAIN.ghe.com.
  test.each([
    ['github.com', undefined, 'https://github.com', '/graphql'],
    ['data residency', 'https://api.acme.ghe.com', 'https://acme.ghe.com', 'https://api.acme.ghe.com/graphql'],
    ['Enterprise Server', 'https://ghes.example/api/v3', 'https://ghes.example', 'https://ghes.example/api/graphql'],
    ['a closing slash', 'https://ghes.example/api/v3/', 'https://ghes.example', 'https://ghes.example/api/graphql'],
    [
      'a port',
      'https://ghes.example:8443/api/v3',
      'https://ghes.example:8443',
      'https://ghes.example:8443/api/graphql',
    ],
    ['github.com by name', 'https://api.github.com', 'https://github.com', 'https://api.github.com/graphql'],
  ])('%s', (_, api, web, graphql) => {
    const settings = readSettings(api === undefined ? {} : { GITHUB_API_URL: api });
    expect(settings.webUrl).toBe(web);
    expect(graphqlUrlOf(settings.apiUrl)).toBe(graphql);
    // Routes are appended to it.
    expect(settings.apiUrl ?? '').not.toMatch(/\/$/);
  });

  test.each([
    ['https://github.com', 'https://api.github.com'],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com'],
    ['https://ghes.example/api', 'https://ghes.example/api/v3'],
  ])('%s is no API, and the start says which one was meant', (given, right) => {
    expect(() => readSettings({ GITHUB_API_URL: given })).toThrow(`set it to ${right}`);
  });
});

describe('the token of a workflow', () => {
  const tokenWith = async (env: Readonly<Record<string, string>>) => {
    const { actionsToken } = await userSources({ GITHUB_TOKEN: 'ghs_of_the_workflow', ...env }, false);
    return (await actionsToken?.()) ?? null;
  };
  const ghes = 'https://ghes.example/api/v3';

  test('goes to the API of the GitHub that runs the workflow, and nowhere else', async () => {
    expect(await tokenWith({})).toBe('ghs_of_the_workflow');
    expect(await tokenWith({ GITHUB_API_URL: 'https://api.github.com' })).toBe('ghs_of_the_workflow');
    // Actions are looked up on github.com unless said otherwise: a token of another server is not shown there.
    expect(await tokenWith({ GITHUB_API_URL: ghes })).toBeNull();
    expect(await tokenWith({ COUNTERSIGN_REGISTRY_GITHUBACTIONS: `${ghes}/` })).toBeNull();
    expect(await tokenWith({ GITHUB_API_URL: ghes, COUNTERSIGN_REGISTRY_GITHUBACTIONS: `${ghes}/` })).toBe(
      'ghs_of_the_workflow',
    );
    expect(await tokenWith({ GITHUB_API_URL: ghes, COUNTERSIGN_ACTIONS_TOKEN: 'a-public-one' })).toBe('a-public-one');
  });
});
