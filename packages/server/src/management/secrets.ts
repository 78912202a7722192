import { HeadgateError } from '@headgate/errors'
import { generateSecret, hashSecret } from '../identity/client-secret.ts'
import { dropOldSecrets, insertSecret } from '../store/client-secrets.ts'
import { ownIssuer } from '../store/principals.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalOf, principalParams, secretView } from './principals.ts'

/** Rotation without a gap: add a second secret, give it to the client, drop the old one. */
export function secretOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const subject = 'principals'

  const add = defineOperation({
    id: 'addSecret',
    method: 'POST',
    path: '/management/v1/principals/:principal/secrets',
    subject,
    summary: 'Makes a second client secret; the first stays valid. The secret is shown in this answer only.',
    params: principalParams,
    answer: { status: 201, schema: secretView, description: 'The new secret.' },
    async run({ params }, call) {
      const decision = administerServer(call)
      const row = await principalOf(parts.sql, params.principal)
      if (row.issuer !== ownIssuer) {
        throw new HeadgateError(
          'bad-request',
          `The principal ${row.name} is vouched for by ${row.issuer} and has no secrets here.`,
        )
      }
      call.audit.object = row.name
      const clientSecret = generateSecret()
      await changePolicy(parts, call, decision, async (tx) => {
        if (await insertSecret(tx, row.id, hashSecret(clientSecret))) return
        throw new HeadgateError(
          'already-exists',
          `The principal ${row.name} has two secrets already: drop the old one first.`,
        )
      })
      return { clientId: row.subject, clientSecret }
    },
  })

  const dropOld = defineOperation({
    id: 'dropOldSecret',
    method: 'DELETE',
    path: '/management/v1/principals/:principal/secrets/old',
    subject,
    summary:
      'Drops every client secret but the newest. Sessions that began with it go on, and are renewed, until their end: see stop-sessions.',
    params: principalParams,
    answer: { status: 204, description: 'Only the newest secret is left.' },
    async run({ params }, call) {
      const decision = administerServer(call)
      const row = await principalOf(parts.sql, params.principal)
      call.audit.object = row.name
      await changePolicy(parts, call, decision, async (tx) => {
        if (await dropOldSecrets(tx, row.id)) return
        throw new HeadgateError('no-such-object', `The principal ${row.name} has no old secret.`)
      })
    },
  })

  return [add, dropOld]
}
