import { z } from 'zod'
import { addSecret, dropOldSecrets, importSecret } from '../directory/client-secrets.ts'
import { type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalParams, secretView } from './principals.ts'
import { changedView } from './role-members.ts'

/**
 * Returns the operations for client secrets. To rotate a secret, an administrator adds a second secret, configures the
 * client with it, and drops the first secret.
 */
export function secretOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const subject = 'principals'

  const add = defineOperation({
    id: 'addSecret',
    method: 'POST',
    path: '/management/v1/principals/:principal/secrets',
    subject,
    summary:
      'Creates a second client secret. The first secret remains valid. Only this response contains the new secret.',
    params: principalParams,
    errors: {
      'already-exists': 'The client has two secrets. Remove the old one first.',
    },
    response: { status: 201, schema: secretView, description: 'The new secret.' },
    run: ({ params }, call) => addSecret(deps, requestServerChange(call), params.principal),
  })

  const dropOld = defineOperation({
    id: 'dropOldSecret',
    method: 'DELETE',
    path: '/management/v1/principals/:principal/secrets/old',
    subject,
    summary:
      'Deletes every client secret except the newest. Sessions that began with a deleted secret continue until they end; stop-sessions ends them.',
    params: principalParams,
    response: { status: 204, description: 'Only the newest secret remains.' },
    run: ({ params }, call) => dropOldSecrets(deps, requestServerChange(call), params.principal),
  })

  const take = defineOperation({
    id: 'importSecret',
    method: 'POST',
    path: '/management/v1/principals/:principal/secrets/import',
    subject,
    summary:
      'Adds a client secret that already exists, for example on another server. No response contains the secret.',
    params: principalParams,
    body: z.strictObject({
      clientSecret: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 random bytes in base64url, which are 43 characters')
        .describe(
          'Client secret: 32 random bytes in base64url without padding, which is the form of secrets of this server.',
        ),
    }),
    errors: {
      'already-exists': 'The client has two secrets, or another client has this secret.',
    },
    response: { status: 200, schema: changedView, description: 'Whether anything changed.' },
    run: async ({ params, body }, call) => ({
      changed: await importSecret(deps, requestServerChange(call), params.principal, body.clientSecret),
    }),
  })

  return [add, take, dropOld]
}
