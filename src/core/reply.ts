import type { Finding } from './finding.ts';
import type { Rank } from './host.ts';
import type { Report, Verdict } from './report.ts';
import type { Rule } from './rule.ts';
import type { SignOff } from './signoff.ts';

/** Which rule refused a command or a press. Each has one sentence and a way to proceed in the renderer. */
export type RefusedBecause =
  | { readonly rule: 'not-a-person' | 'agent-account' | 'through-an-app' | 'interested' | 'edited-comment' }
  | { readonly rule: 'rank-too-low'; readonly needed: Rank }
  | { readonly rule: 'old-code' | 'unknown-code'; readonly current: string | null }
  | { readonly rule: 'no-report' | 'nothing-open' | 'closed' }
  | {
      readonly rule: 'unknown-handle' | 'cannot-be-signed' | 'sign-alone' | 'not-open';
      readonly handles: readonly string[];
    }
  | { readonly rule: 'admin-only'; readonly handles: readonly string[] }
  | { readonly rule: 'three-pending' | 'nothing-pending' | 'nothing-refused' }
  | { readonly rule: 'another-person'; readonly signer: string }
  | { readonly rule: 'expired' | 'void' };

/** What we answer to a command or a press: one short comment per person, edited and not piled up. */
export type Reply =
  | { readonly kind: 'malformed'; readonly verb: string; readonly problem: string }
  | { readonly kind: 'refused'; readonly verb: string; readonly because: RefusedBecause }
  | { readonly kind: 'pending'; readonly signOff: SignOff; readonly voided: boolean }
  | { readonly kind: 'effective'; readonly signOff: SignOff }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'rechecking' }
  | { readonly kind: 'noted-wrong'; readonly handles: readonly string[] }
  | {
      readonly kind: 'status';
      readonly report: Report;
      readonly verdict: Verdict;
      readonly pending: readonly SignOff[];
    }
  | { readonly kind: 'explain'; readonly findings: readonly { readonly finding: Finding; readonly rule: Rule }[] }
  | { readonly kind: 'help'; readonly reportCode: string | null };
