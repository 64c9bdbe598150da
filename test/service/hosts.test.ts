import { describe, expect, test } from 'vitest';
import { graphqlUrlOf } from '../../src/github/merge-queue.ts';
import { readSettings } from '../../src/service/settings.ts';

describe('one setting names the host:', () => {
  // GitHub Docs, "About GitHub Enterprise Cloud with data residency": api.SUBDOMAIN.ghe.com beside SUBDOMAIN.ghe.com.
  test.each([
    ['github.com', undefined, 'https://github.com', '/graphql'],
    ['data residency', 'https://api.acme.ghe.com', 'https://acme.ghe.com', 'https://api.acme.ghe.com/graphql'],
    ['Enterprise Server', 'https://ghes.example/api/v3', 'https://ghes.example', 'https://ghes.example/api/graphql'],
  ])('%s', (_, api, web, graphql) => {
    const settings = readSettings(api === undefined ? {} : { GITHUB_API_URL: api });
    expect(settings.webUrl).toBe(web);
    expect(graphqlUrlOf(settings.apiUrl)).toBe(graphql);
  });
});
