/** What a person said about findings of one report. */
export interface SignOff {
  readonly id: string;
  readonly repositoryId: number;
  readonly pullRequest: number;
  readonly kind: 'sign' | 'refuse' | 'revoke' | 'break-glass';
  readonly reportCode: string;
  readonly headSha: string;
  readonly signer: { readonly id: number; readonly login: string };
  /** The rank the signer had when it was checked live: `write`, `maintain`, `admin`. */
  readonly role: string;
  readonly reason: string;
  readonly items: readonly SignedItem[];
  readonly commandCommentId: number;
  /** SHA-256 of the comment's body at command time: an edited comment signs nothing. */
  readonly commandDigest: string;
  /** Random word that the Confirm button carries; of exactly one pending sign-off. */
  readonly nonce: string;
  /** The check run whose button was pressed, once it was. */
  readonly presence: { readonly checkRunId: number; readonly at: string } | null;
  readonly state: 'pending' | 'effective' | 'lapsed' | 'revoked' | 'cancelled' | 'expired';
  /** Why it lapsed, was revoked or cancelled, in one sentence. */
  readonly stateReason: string | null;
  readonly createdAt: string;
  /** A pending one: 15 minutes after the command; an effective one: the end of its validity. */
  readonly expiresAt: string;
}

export interface SignedItem {
  readonly handle: string;
  readonly ruleId: string;
  /** All digests of the group: those of the finding and of its replicas at signing. */
  readonly evidenceDigests: readonly string[];
}
