import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { decide, managesServer } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import type { Privilege } from '../privilege.ts'
import type { Call } from '../operation/operation.ts'
import { findSecurables, type SecurableRow } from '../directory/grants.ts'
import { administer, type ManagementDeps } from './administer.ts'
import { type AskedAbout, askedAbout, isOwn } from './asked-about.ts'
import { askedPolicy } from './asked-policy.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { privilege } from './grants.ts'
import { type SecurableName, securableName, toStoredName, refusedObject } from './securable.ts'

interface Check extends AskedAbout {
  readonly privilege: Privilege
  readonly on: SecurableName
}

interface Checked {
  readonly allowed: boolean
  readonly outcome: 'allow' | 'deny' | 'hide'
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
}

const check: z.ZodType<Check> = z
  .strictObject({ ...askedAbout, privilege, on: securableName })
  .meta({ id: 'AccessCheck' })

const checked: z.ZodType<Checked> = z
  .strictObject({
    allowed: z.boolean(),
    outcome: z
      .enum(['allow', 'deny', 'hide'])
      .describe(
        'allow: the principal has the privilege. deny: it does not have the privilege, but may see the object. hide: the object does not exist, or the principal may not see it; the result does not distinguish these two cases.',
      ),
    limitedBy: z
      .string()
      .nullable()
      .describe(
        'Name of the engine whose limits refuse what the principal itself may do. Null: no engine limits the decision.',
      ),
    forbiddenBy: z
      .array(z.string())
      .nullable()
      .describe(
        'Names of the Cedar policies that forbid what grants allow. Empty: no Cedar policy permits it. Null: Cedar policies do not refuse it.',
      ),
  })
  .meta({ id: 'AccessAnswer' })

const maxChecks = 1_000
/**
 * Maximum number of other principals in one request. The server may have to read one policy for each of them.
 */
const maxOthers = 100

const hidden: Checked = { allowed: false, outcome: 'hide', limitedBy: null, forbiddenBy: null }

/** Returns the operation that decides many access checks in one request. */
export function checkOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql } = deps
  return [
    defineOperation({
      id: 'checkAccess',
      method: 'POST',
      path: '/management/v1/access/check',
      subject: 'access',
      summary:
        'Decides many access checks: whether the caller, or another principal on an object that the caller manages, has a privilege on an object.',
      body: z.strictObject({ checks: z.array(check).min(1).max(maxChecks) }),
      response: {
        status: 200,
        schema: z.strictObject({ results: z.array(checked) }),
        description: 'The results, in the order of the checks.',
      },
      async run({ body: { checks } }, call) {
        if (
          new Set(checks.filter((one) => !isOwn(one, call)).map((one) => toPolicyKey(one, call))).size >
          maxOthers
        )
          throw new HeadgateError(
            'bad-request',
            `One request may contain checks for at most ${maxOthers} other principals.`,
          )
        call.audit.detail = { checks: checks.length }
        const rows = await findSecurables(
          sql,
          checks.map(({ on }) => toStoredName(on)),
        )
        const known = new Map<string, Promise<Policy>>()
        const results: Checked[] = []
        for (const [index, one] of checks.entries()) {
          const row = rows[index] ?? null
          results.push(
            row === null || isHidden(call, one, row) ? hidden : await checkOne(call, one, row, known),
          )
        }
        return { results }
      },
    }),
  ]

  async function checkOne(
    call: Call,
    one: Check,
    row: SecurableRow,
    known: Map<string, Promise<Policy>>,
  ): Promise<Checked> {
    const key = toPolicyKey(one, call)
    const policy =
      known.get(key) ?? askedPolicy(deps, one, row, refusedObject(one.on), call).then(({ policy }) => policy)
    known.set(key, policy)
    const decision = decide(await policy, row.chain, one.privilege)
    const { outcome, limitedBy = null, forbiddenBy = null } = decision
    // The name of a Cedar policy would reveal that the object exists.
    if (outcome === 'hide' && forbiddenBy !== null && isOwn(one, call)) return hidden
    return { allowed: outcome === 'allow', outcome, limitedBy, forbiddenBy }
  }
}

/**
 * Returns true if the caller may not see the object, so that the result is that of a missing object. Throws 403
 * if the caller may see the object but does not manage it.
 */
function isHidden(call: Call, one: Check, row: SecurableRow): boolean {
  if (isOwn(one, call)) return false
  if (decide(call.policy, row.chain, 'manage').outcome === 'hide' && row.kind !== 'server') return true
  administer(call, row.chain, refusedObject(one.on))
  return false
}

/**
 * Returns a key that is equal for checks with the same policy. For checks of administrators, the policy does
 * not depend on the object; for checks of other callers, it does.
 */
function toPolicyKey(one: Check, call: Call): string {
  const { principal = null, engine = null, on } = one
  const isAnywhere = isOwn(one, call) || managesServer(call.policy)
  return JSON.stringify([principal, engine, isAnywhere ? null : on])
}
