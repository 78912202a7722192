import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { checkClientKey } from '../identity/client-key.ts'
import { type ClientKeyRow, deleteClientKey, insertClientKey, listClientKeys } from '../store/client-keys.ts'
import { ownIssuer } from '../store/principals.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalOf, principalParams } from './principals.ts'
import { instant, instantOf } from './schemas.ts'

const subject = 'principals'
/** For one client. */
const most = 16

interface KeyView {
  readonly id: string
  readonly jwk: Record<string, unknown>
  readonly createdAt: string
}

const keyView: z.ZodType<KeyView> = z
  .strictObject({
    id: z.string().describe('The kid that the assertions of this key must name.'),
    jwk: z.record(z.string(), z.unknown()).describe('The public key.'),
    createdAt: instant,
  })
  .meta({ id: 'ClientKey' })

/** Keys that prove a client without a shared secret. */
export function clientKeyOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql } = parts
  const common = { subject, params: principalParams } as const

  return [
    defineOperation({
      ...common,
      id: 'addClientKey',
      method: 'POST',
      path: '/management/v1/principals/:principal/keys',
      summary:
        'Registers a public key: what it signs proves this client, and the users it asserts as an engine.',
      body: z.strictObject({
        jwk: z.record(z.string(), z.unknown()).describe('A public JSON Web Key (RFC 7517): EC, OKP or RSA.'),
      }),
      answer: { status: 201, schema: keyView, description: 'The key.' },
      async run({ params, body }, call) {
        const decision = administerServer(call)
        const row = await principalOf(sql, params.principal)
        if (row.issuer !== ownIssuer)
          throw new HeadgateError('bad-request', `The principal ${row.name} is vouched for by ${row.issuer}.`)
        const key = await checkClientKey(body.jwk)
        if (!key.ok) throw new HeadgateError('bad-request', key.told)
        call.audit.object = row.name
        call.audit.detail = { key: key.value.id }
        const made = await changePolicy(parts, call, decision, (tx) =>
          insertClientKey(tx, row.id, key.value, most),
        )
        if (made) return viewOfKey(made)
        throw new HeadgateError(
          'already-exists',
          `The principal ${row.name} has a key ${key.value.id} already, or ${most} keys: remove one first.`,
        )
      },
    }),
    defineOperation({
      ...common,
      id: 'listClientKeys',
      method: 'GET',
      path: '/management/v1/principals/:principal/keys',
      summary: 'Lists the public keys of a client, the oldest first.',
      answer: {
        status: 200,
        schema: z.strictObject({ keys: z.array(keyView) }),
        description: 'All of them.',
      },
      async run({ params }, call) {
        administerServer(call)
        const row = await principalOf(sql, params.principal)
        return { keys: (await listClientKeys(sql, row.id)).map(viewOfKey) }
      },
    }),
    defineOperation({
      subject,
      id: 'removeClientKey',
      method: 'DELETE',
      path: '/management/v1/principals/:principal/keys/:key',
      summary:
        'Takes a public key away from a client. Sessions that began with it go on, and are renewed, until their end: see stop-sessions.',
      params: z.strictObject({
        ...principalParams.shape,
        key: z.string().min(1).max(128).describe('Its id.'),
      }),
      answer: { status: 204, description: 'It is gone.' },
      async run({ params }, call) {
        const decision = administerServer(call)
        const row = await principalOf(sql, params.principal)
        call.audit.object = row.name
        call.audit.detail = { key: params.key }
        await changePolicy(parts, call, decision, async (tx) => {
          if (await deleteClientKey(tx, row.id, params.key)) return
          throw new HeadgateError('no-such-object', `The principal ${row.name} has no key ${params.key}.`)
        })
      },
    }),
  ]
}

function viewOfKey({ id, jwk, createdAt }: ClientKeyRow): KeyView {
  return { id, jwk: { ...jwk }, createdAt: instantOf(createdAt) }
}
