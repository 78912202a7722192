import { z } from 'zod'
import { addClientKey, type ClientKeyRow, listClientKeys, removeClientKey } from '../directory/client-keys.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { principalParams } from './principals.ts'
import { instant, formatInstant } from './schemas.ts'

const subject = 'principals'

interface KeyView {
  readonly id: string
  readonly jwk: Record<string, unknown>
  readonly createdAt: string
}

const keyView: z.ZodType<KeyView> = z
  .strictObject({
    id: z.string().describe('The kid that assertions with this key must contain.'),
    jwk: z.record(z.string(), z.unknown()).describe('The public key.'),
    createdAt: instant,
  })
  .meta({ id: 'ClientKey' })

/** Returns the operations for public keys, with which a client authenticates without a shared secret. */
export function clientKeyOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const common = { subject, params: principalParams } as const

  return [
    defineOperation({
      ...common,
      id: 'addClientKey',
      method: 'POST',
      path: '/management/v1/principals/:principal/keys',
      summary:
        'Registers a public key. Assertions with its signature authenticate this client and, if it is an engine, name the users for which it acts.',
      body: z.strictObject({
        jwk: z.record(z.string(), z.unknown()).describe('A public JSON Web Key (RFC 7517): EC, OKP or RSA.'),
      }),
      errors: {
        'already-exists': 'The client has a key with this id, or it has the maximum number of keys.',
      },
      response: { status: 201, schema: keyView, description: 'The key.' },
      run: async ({ params, body }, call) =>
        toClientKeyView(await addClientKey(deps, requestServerChange(call), params.principal, body.jwk)),
    }),
    defineOperation({
      ...common,
      id: 'listClientKeys',
      method: 'GET',
      path: '/management/v1/principals/:principal/keys',
      summary: 'Lists the public keys of a client, the oldest first.',
      response: {
        status: 200,
        schema: z.strictObject({ keys: z.array(keyView) }),
        description: 'All public keys of the client.',
      },
      async run({ params }, call) {
        administerServer(call)
        return { keys: (await listClientKeys(deps, params.principal)).map(toClientKeyView) }
      },
    }),
    defineOperation({
      subject,
      id: 'removeClientKey',
      method: 'DELETE',
      path: '/management/v1/principals/:principal/keys/:key',
      summary:
        'Removes a public key from a client. Sessions that began with this key continue until they end; stop-sessions ends them.',
      params: z.strictObject({
        ...principalParams.shape,
        key: z.string().min(1).max(128).describe('Its id.'),
      }),
      response: { status: 204, description: 'The key was deleted.' },
      run: ({ params }, call) =>
        removeClientKey(deps, requestServerChange(call), params.principal, params.key),
    }),
  ]
}

function toClientKeyView({ id, jwk, createdAt }: ClientKeyRow): KeyView {
  return { id, jwk: { ...jwk }, createdAt: formatInstant(createdAt) }
}
