import { HeadgateError } from '@headgate/errors'
import type { Call } from '../http/operation.ts'
import { type PrincipalRow, setPrincipalEnabled, stopPrincipalSessions } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  principalOf,
  principalParams,
  type PrincipalView,
  principalView,
  refuseSelf,
  viewOfPrincipal,
} from './principals.ts'

type Change = (tx: Queryable, id: string) => Promise<PrincipalRow | null>

export function principalStateOperations(parts: ManagementParts): readonly ManagementOperation[] {
  async function change(
    call: Call,
    given: string,
    apply: Change,
    verbForSelf?: string,
  ): Promise<PrincipalView> {
    const decision = administerServer(call)
    const row = await principalOf(parts.sql, given)
    if (verbForSelf !== undefined) refuseSelf(row, call.identity.principal.id, verbForSelf)
    call.audit.object = row.name
    const changed = await changePolicy(parts, call, decision, (tx) => apply(tx, row.id))
    if (!changed) throw new HeadgateError('no-such-object', `There is no principal ${given}.`)
    return viewOfPrincipal(changed)
  }

  const common = { method: 'POST', subject: 'principals', params: principalParams } as const
  const answer = { status: 200, schema: principalView, description: 'The principal as it is now.' } as const

  return [
    defineOperation({
      ...common,
      answer,
      id: 'enablePrincipal',
      path: '/management/v1/principals/:principal/enable',
      summary:
        'Lets a disabled principal in again, also with tokens of before that have not ended; stopSessions ends those.',
      run: ({ params }, call) =>
        change(call, params.principal, (tx, id) => setPrincipalEnabled(tx, id, true)),
    }),
    defineOperation({
      ...common,
      answer,
      id: 'disablePrincipal',
      path: '/management/v1/principals/:principal/disable',
      summary: 'Shuts a principal out: no new tokens, and the ones it has stop working.',
      run: ({ params }, call) =>
        change(call, params.principal, (tx, id) => setPrincipalEnabled(tx, id, false), 'disable'),
    }),
    defineOperation({
      ...common,
      answer,
      id: 'stopSessions',
      path: '/management/v1/principals/:principal/stop-sessions',
      summary: 'Makes every token issued before now worthless. The secrets stay.',
      run: ({ params }, call) =>
        change(call, params.principal, (tx, id) => stopPrincipalSessions(tx, id, Date.now())),
    }),
  ]
}
