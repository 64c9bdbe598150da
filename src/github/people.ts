import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import type { Host, Rank, TeamHost } from '../core/host.ts';
import { accountOf } from './account.ts';
import { isGone, statusOf } from './failure.ts';
import type { Requester } from './request.ts';
import { Activity, Collaborator, CollaboratorPermission, Membership, type Permissions } from './schema.ts';

type People = Pick<Host, 'permission' | 'isCollaborator' | 'collaborators' | 'pushes'> & TeamHost;

/** A thousand people are enough to find another eligible one. */
const collaboratorPages = 10;

const order: readonly Rank[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

export function createPeople(requester: Requester): People {
  return {
    async permission(ref, login) {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      const found = await requester.read(ref, route, { username: login }, CollaboratorPermission);
      if (found.user === null)
        throw new CountersignError('host-refused', `GitHub names no account for the permission of ${login}`);
      return {
        account: accountOf(found.user),
        rank: rankOf(found.user.permissions),
        roleName: found.role_name ?? null,
      };
    },

    async isCollaborator(ref, login) {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}';
      try {
        await requester.read(ref, route, { username: login }, z.unknown());
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },

    async collaborators(ref, rank) {
      const route = 'GET /repos/{owner}/{repo}/collaborators';
      const asked = { affiliation: 'all', ...(rank === 'none' ? {} : { permission: namesOf[rank] }) };
      const { items, complete } = await requester.readPages(ref, route, asked, Collaborator, collaboratorPages);
      const wanted = items.filter((one) => order.indexOf(rankOf(one.permissions)) >= order.indexOf(rank));
      return { accounts: wanted.map(accountOf), complete };
    },

    async pushes(ref, branch) {
      const route = 'GET /repos/{owner}/{repo}/activity';
      try {
        // The last hundred: this list has no page numbers, and an older push only means that its pusher is unknown.
        const asked = { ref: `refs/heads/${branch}`, per_page: 100 };
        const items = await requester.read(ref, route, asked, Activity.array());
        return items.map(({ before, after, actor, timestamp }) => ({
          before,
          after,
          actor: actor && accountOf({ ...actor, type: actor.type ?? 'User' }),
          at: timestamp,
        }));
      } catch (error) {
        // Older servers have no such endpoint: the pusher then stays unknown, which asks presence of everyone.
        if (isGone(error) || statusOf(error) === 403) return [];
        throw error;
      }
    },

    async isTeamMember(ref, teamSlug, login) {
      const route = 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}';
      try {
        const found = await requester.read(
          ref,
          route,
          { org: ref.owner, team_slug: teamSlug, username: login },
          Membership,
        );
        return found.state === 'active';
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
  };
}

/** GitHub's older words for the ranks, which this list's filter takes. */
const namesOf = {
  read: 'pull',
  triage: 'triage',
  write: 'push',
  maintain: 'maintain',
  admin: 'admin',
} as const satisfies Record<Exclude<Rank, 'none'>, string>;

function rankOf(permissions: Permissions | undefined): Rank {
  if (permissions === undefined) return 'none';
  if (permissions.admin) return 'admin';
  if (permissions.maintain) return 'maintain';
  if (permissions.push) return 'write';
  if (permissions.triage) return 'triage';
  return permissions.pull ? 'read' : 'none';
}
