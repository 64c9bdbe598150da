import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/agents/attribute.ts';
import { facts } from './facts.ts';

const COPILOT = { id: 198982749, login: 'Copilot', type: 'Bot' };
const DEVIN = { id: 158243242, login: 'devin-ai-integration[bot]', type: 'Bot' };
const MONA = { id: 1001, login: 'mona', type: 'User' };

function copilotCommit(...trailers: string[]) {
  return {
    message: `Add tests\n\n${trailers.join('\n')}`,
    authorName: 'copilot-swe-agent[bot]',
    authorEmail: '198982749+Copilot@users.noreply.github.com',
    authorLogin: 'Copilot',
    authorId: 198982749,
  };
}

describe('the requester', () => {
  it('is the human co-author of Copilot’s commits', () => {
    const commits = [
      copilotCommit(),
      copilotCommit(
        'Co-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>',
        'Co-authored-by: Mona <1001+mona@users.noreply.github.com>',
      ),
      copilotCommit('Co-authored-by: Hubot <hubot@octo.example>'),
    ];
    expect(attribute(facts({ author: COPILOT, commits }), []).requester).toBe('mona');
  });

  it('is the co-author’s name where the address is not GitHub’s', () => {
    const commits = [copilotCommit('Co-authored-by: Mona Lisa <mona@octo.example>')];
    expect(attribute(facts({ author: COPILOT, commits }), []).requester).toBe('Mona Lisa');
    const own = {
      message: 'Tidy',
      authorName: 'Mona Lisa',
      authorEmail: 'Mona@octo.example',
      authorLogin: 'mona',
      authorId: 1001,
    };
    expect(attribute(facts({ author: COPILOT, commits: [...commits, own] }), []).requester).toBe('mona');
  });

  it.each([
    ['Requested by: @mona', 'mona'],
    ['**Requested by:** Mona Lisa (@mona)', 'mona'],
    ['- Requested by: [@mona](https://github.com/mona)', 'mona'],
    ['Requested by: Mona Lisa', 'Mona Lisa'],
    ['Requested by: mona@octo.example', 'mona@octo.example'],
  ])('is whom Devin names: %s', (line, requester) => {
    const body = `Link to Devin run: https://app.devin.ai/sessions/1\n${line}\n`;
    expect(attribute(facts({ author: DEVIN, body }), []).requester).toBe(requester);
  });

  it('is who started Jules, before the author', () => {
    const body =
      'Text\n\n---\n*PR created automatically by Jules for task [12](https://jules.google.com/task/12) started by @octo-cat*';
    expect(attribute(facts({ body }), [])).toMatchObject({ agent: 'jules', requester: 'octo-cat' });
  });

  it('is an assignee: the one who sent the event, else the first human', () => {
    const assignees = [COPILOT, { id: 2, login: 'hubot', type: 'User' }, MONA];
    expect(attribute(facts({ author: DEVIN, assignees }), []).requester).toBe('hubot');
    expect(attribute(facts({ author: DEVIN, assignees, sender: MONA }), []).requester).toBe('mona');
  });

  it('is the human author otherwise, and nobody where only machines are named', () => {
    expect(attribute(facts({ branch: 'codex/x' }), []).requester).toBe('mona');
    expect(attribute(facts({}), []).requester).toBe('mona');
    expect(attribute(facts({ author: DEVIN, assignees: [COPILOT] }), []).requester).toBeNull();
    expect(attribute(facts({ author: null }), []).requester).toBeNull();
  });

  it('is not chosen by the text of another agent’s pull request', () => {
    expect(attribute(facts({ branch: 'codex/x', body: 'Requested by: @victim' }), []).requester).toBe('mona');
    expect(attribute(facts({ body: 'started by @victim' }), []).requester).toBe('mona');
  });
});
