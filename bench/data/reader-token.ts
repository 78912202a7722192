import { randomUUID } from 'node:crypto'
import { authorizationHeaders } from '../../conformance/lib/access-token.ts'
import { call } from './catalog.ts'
import { warehouse } from './stores.ts'

/**
 * Creates a principal that may read the warehouse through a role. Returns an Authorization header with its
 * token.
 */
export async function readerToken(origin: string): Promise<Record<string, string>> {
  const management = { origin, prefix: '', headers: {} }
  const name = `bench-${randomUUID()}`
  const made = (await call(management, 'POST', '/management/v1/principals', { name })) as {
    readonly secret: { readonly clientId: string; readonly clientSecret: string }
  }
  await call(management, 'POST', '/management/v1/roles', { name })
  await call(management, 'POST', `/management/v1/roles/${name}/members/add`, { principal: name })
  await call(management, 'POST', '/management/v1/grants', {
    privilege: 'select',
    on: { warehouse },
    to: { role: name },
  })
  return authorizationHeaders({
    kind: 'credential',
    credential: `${made.secret.clientId}:${made.secret.clientSecret}`,
    scope: 'catalog',
    tokenUri: `${origin}/v1/oauth/tokens`,
  })
}
