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
      .describe('hide: there is no such object, or it may not be seen; these look the same.'),
    limitedBy: z
      .string()
      .nullable()
      .describe('The engine through which the principal may not do what it may otherwise.'),
    forbiddenBy: z
      .array(z.string())
      .nullable()
      .describe(
        'Names of the policies that remove the granted right; empty: no policy permits it. Null: it is not so.',
      ),
  })
  .meta({ id: 'AccessAnswer' })

const maxChecks = 1_000
/** Each is one policy, which may have to be read. */
const maxOthers = 100

const hidden: Checked = { allowed: false, outcome: 'hide', limitedBy: null, forbiddenBy: null }

/** Says of many things at once whether they may be done. */
export function checkOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql } = deps
  return [
    defineOperation({
      id: 'checkAccess',
      method: 'POST',
      path: '/management/v1/access/check',
      subject: 'access',
      summary:
        'Says of each of many things whether it may be done: by the caller, or by others on objects the caller manages.',
      body: z.strictObject({ checks: z.array(check).min(1).max(maxChecks) }),
      response: {
        status: 200,
        schema: z.strictObject({ results: z.array(checked) }),
        description: 'The answers, in the order of the questions.',
      },
      async run({ body: { checks } }, call) {
        if (
          new Set(checks.filter((one) => !isOwn(one, call)).map((one) => toPolicyKey(one, call))).size >
          maxOthers
        )
          throw new HeadgateError('bad-request', `Ask about ${maxOthers} others at most in one request.`)
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
    // A policy that forbids the access would reveal that the object exists.
    if (outcome === 'hide' && forbiddenBy !== null && isOwn(one, call)) return hidden
    return { allowed: outcome === 'allow', outcome, limitedBy, forbiddenBy }
  }
}

/**
 * Returns true when the caller may not see the object, so that it is missing for all questions. Throws 403 for what it
 * sees and does not manage.
 */
function isHidden(call: Call, one: Check, row: SecurableRow): boolean {
  if (isOwn(one, call)) return false
  if (decide(call.policy, row.chain, 'manage').outcome === 'hide' && row.kind !== 'server') return true
  administer(call, row.chain, refusedObject(one.on))
  return false
}

/** Administrators ask about others wherever they are; what other callers may ask depends on the object. */
function toPolicyKey(one: Check, call: Call): string {
  const { principal = null, engine = null, on } = one
  const isAnywhere = isOwn(one, call) || managesServer(call.policy)
  return JSON.stringify([principal, engine, isAnywhere ? null : on])
}
