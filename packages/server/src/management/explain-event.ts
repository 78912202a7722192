import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { findSecurable, findSecurableName, type SecurableRow } from '../directory/grants.ts'
import { findAuditEvent, listChangesAfter, type StoredAuditRow } from '../events/audit-query.ts'
import { splitLevels } from '../namespace-path.ts'
import type { Call } from '../operation/operation.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import { serverId } from '../reserved-ids.ts'
import { administerServer, type ManagementDeps } from './administer.ts'
import { findAskedIdentity } from './asked-about.ts'
import { auditView, toEventView } from './audit-view.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { explainDecision } from './explain-access.ts'
import { explanationView, type ExplanationView } from './explanation-view.ts'
import { privilege } from './grants.ts'
import type { SecurableName } from './securable.ts'

/** Ids of the management operations that can change access decisions, such as grants and revocations. */
const changingOperations: readonly string[] = [
  'grantPrivilege',
  'revokePrivilege',
  'addRoleMember',
  'removeRoleMember',
  'deleteRole',
  'enablePrincipal',
  'disablePrincipal',
  'stopSessions',
  'createEngine',
  'updateEngine',
  'deleteEngine',
]
const maxChanges = 20

const missing = z
  .enum(['not-identified', 'principal-removed', 'no-object', 'object-removed', 'no-privilege'])
  .nullable()
  .describe(
    'Why the decision cannot be made again. not-identified: the token was refused, see detail.claimed of the event. no-object: the event names no object that existed. no-privilege: the event contains no decision.',
  )

type Missing = z.output<typeof missing>

/** Returns the operation that explains an audit event: what was decided then, what is decided now, and what changed. */
export function explainEventOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, issuers } = deps

  return [
    defineOperation({
      id: 'explainEvent',
      method: 'GET',
      path: '/management/v1/audit/:event/explanation',
      subject: 'audit',
      summary:
        'Explains an audit event: the decision then, the decision for the same principal, engine and object now, and the changes of rights in between.',
      params: z.strictObject({
        event: z
          .string()
          .regex(/^[1-9][0-9]{0,17}$/)
          .describe('Id of the event.'),
      }),
      response: {
        status: 200,
        schema: z.strictObject({
          event: auditView.describe('The decision then: outcome, reason and privilege.'),
          now: explanationView.nullable().describe('The decision now. Null: see unexplained.'),
          unexplained: missing,
          claimedIssuerConfigured: z
            .boolean()
            .nullable()
            .describe(
              'Whether the issuer that the refused token claims is configured now. Null: the event contains no claimed issuer.',
            ),
          changes: z
            .array(auditView)
            .describe(
              `The newest changes of rights after the event, at most ${maxChanges}: grants on the object and on the objects that contain it, roles, principals and engines.`,
            ),
        }),
        description: 'The explanation.',
      },
      async run({ params }, call) {
        administerServer(call)
        const event = await findAuditEvent(sql, params.event)
        if (event === null)
          throw new HeadgateError(
            'no-such-object',
            `There is no audit event ${params.event}. Events of reads are in the database only with HEADGATE_AUDIT_READS=store.`,
          )
        const found = await findObject(sql, event)
        const explained = await explainNow(deps, call, event, found)
        const ids = found === null ? [serverId] : [...found.row.chain.ids, serverId]
        const changes = await listChangesAfter(sql, ids, params.event, changingOperations, maxChanges)
        const claimed = findClaimedIssuer(event)
        return {
          event: toEventView(event),
          ...explained,
          claimedIssuerConfigured: claimed === null ? null : issuers.has(claimed),
          changes: changes.map(toEventView),
        }
      },
    }),
  ]
}

interface EventObject {
  readonly row: SecurableRow
  readonly on: SecurableName
}

/** Returns the object of an event with its current name, or null when it has none. */
async function findObject(
  sql: ManagementDeps['sql'],
  { securable_id: id }: StoredAuditRow,
): Promise<EventObject | null> {
  if (id === null) return null
  const name = await findSecurableName(sql, id)
  const row = name === null ? null : await findSecurable(sql, name)
  if (name === null || row === null) return null
  const { warehouse, namespacePath, relation } = name
  const namespace = namespacePath === undefined ? undefined : splitLevels(namespacePath)
  return { row, on: warehouse === undefined ? 'server' : { warehouse, namespace, relation } }
}

async function explainNow(
  deps: ManagementDeps,
  call: Call,
  event: StoredAuditRow,
  found: EventObject | null,
): Promise<{ readonly now: ExplanationView | null; readonly unexplained: Missing }> {
  const { data: needed } = privilege.safeParse(event.privilege)
  if (event.principal_id === null) return unexplained('not-identified')
  if (needed === undefined) return unexplained('no-privilege')
  if (found === null) return unexplained(event.securable_id === null ? 'no-object' : 'object-removed')
  const identity = await findIdentity(deps, call, event)
  if (identity === null) return unexplained('principal-removed')
  const policy = await deps.policies.get(identity, found.row.policyVersion)
  return {
    now: await explainDecision(deps, call, {
      identity,
      policy,
      ...found,
      privilege: needed,
      isOwn: false,
    }),
    unexplained: null,
  }
}

/** Returns the identity of an event, or null when its principal or its engine was removed. */
async function findIdentity(
  { sql }: ManagementDeps,
  call: Call,
  { principal_id: principal, actors }: StoredAuditRow,
): Promise<ProvenIdentity | null> {
  const [engine] = actors
  try {
    return await findAskedIdentity(
      sql,
      { ...(principal === null ? {} : { principal }), ...(engine === undefined ? {} : { engine }) },
      call,
    )
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'no-such-object') return null
    throw error
  }
}

function unexplained(reason: Missing): { readonly now: null; readonly unexplained: Missing } {
  return { now: null, unexplained: reason }
}

/** Returns the issuer that the refused token of an event claims, or null. */
function findClaimedIssuer({ detail }: StoredAuditRow): string | null {
  const claimed = detail?.['claimed']
  const [first] = Array.isArray(claimed) ? (claimed as readonly unknown[]) : []
  if (typeof first !== 'object' || first === null || !('issuer' in first)) return null
  return typeof first.issuer === 'string' ? first.issuer : null
}
