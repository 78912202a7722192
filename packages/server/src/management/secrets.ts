import { addSecret, dropOldSecrets } from '../directory/client-secrets.ts'
import { type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalParams, secretView } from './principals.ts'

/**
 * Operations of client secrets. A secret is rotated by adding a second one, configuring the client, and dropping the
 * first.
 */
export function secretOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const subject = 'principals'

  const add = defineOperation({
    id: 'addSecret',
    method: 'POST',
    path: '/management/v1/principals/:principal/secrets',
    subject,
    summary: 'Makes a second client secret; the first stays valid. The secret is in this response only.',
    params: principalParams,
    response: { status: 201, schema: secretView, description: 'The new secret.' },
    run: ({ params }, call) => addSecret(deps, requestServerChange(call), params.principal),
  })

  const dropOld = defineOperation({
    id: 'dropOldSecret',
    method: 'DELETE',
    path: '/management/v1/principals/:principal/secrets/old',
    subject,
    summary:
      'Drops every client secret but the newest. Sessions that began with it continue and are renewed until they end: see stop-sessions.',
    params: principalParams,
    response: { status: 204, description: 'Only the newest secret is left.' },
    run: ({ params }, call) => dropOldSecrets(deps, requestServerChange(call), params.principal),
  })

  return [add, dropOld]
}
