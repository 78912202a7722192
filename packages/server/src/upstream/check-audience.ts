import { randomUUID } from 'node:crypto'
import { isHeadgateError } from '@headgate/errors'
import { missingWarehouse } from '../catalog/existing.ts'
import type { Finding } from '../catalog/finding.ts'
import { identityMode } from './identity.ts'
import { parseUpstreamProfile } from './profile.ts'
import type { UpstreamWarehouse } from './upstream-warehouse.ts'
import type { Upstreams } from './upstreams.ts'
import type { UpstreamUser } from './user-auth.ts'

const name = 'audience'
/**
 * Error codes that mean that the upstream catalog (status 401 or 403) or its token service refused the token.
 */
const refusals: ReadonlySet<string> = new Set(['bad-gateway', 'forbidden'])

/**
 * Tests that the upstream catalog, or the token service in front of it, refuses an assertion with a wrong
 * `aud` claim. The test uses a random audience that no service has, so the assertion is not valid anywhere.
 */
export async function checkAudience(
  upstreams: Upstreams,
  warehouse: UpstreamWarehouse,
  user: UpstreamUser,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (identityMode(parseUpstreamProfile(warehouse.upstream ?? {})) !== 'assert') return []
  const audience = `urn:headgate:check:${randomUUID()}`
  try {
    await using upstream = await upstreams.open(warehouse, user, { audience })
    const missing = () => missingWarehouse(warehouse.name)
    await upstream.callJson({ id: 'listNamespaces', target: {}, missing }, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!isHeadgateError(error)) throw error
    const isRefused = refusals.has(error.code)
    return [
      isRefused
        ? { name, ok: true, message: 'The upstream refuses a JWT of Headgate for another audience.' }
        : { name, ok: false, message: `The audience could not be tested: ${error.message}` },
    ]
  }
  return [
    {
      name,
      ok: false,
      message:
        'The upstream accepts a JWT of Headgate for an audience that does not exist, so it accepts tokens that are not for it: let it require upstream.identity.audience (Nessie: quarkus.oidc.token.audience, Lakekeeper: LAKEKEEPER__OPENID_AUDIENCE).',
    },
  ]
}
