import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ContextOptions } from '../context-options.ts'
import { GatewayAuthorizer, type GatewayAuthorizerOptions } from '../credentials/gateway-authorizer.ts'
import type { IcebergDeps } from '../iceberg/deps.ts'
import { createS3Endpoint } from '../s3/endpoint.ts'
import type { S3EndpointDeps } from '../s3/deps.ts'

/** Maximum size of an object and of a part, in bytes: the limit of Amazon S3. */
const maxObjectPartBytes = 5 * 1024 ** 3

/** Dependencies of the gateway that other modules provide. */
export type GatewayDeps = Pick<
  S3EndpointDeps,
  'ring' | 'audit' | 'accessLog' | 'resolveAddress' | 'metrics' | 'loopTurns'
> &
  Pick<IcebergDeps, 'policies' | 'warehouses' | 'upstreams'> &
  Pick<Required<GatewayAuthorizerOptions>, 'plans'>

/** Opens the S3 endpoint, and returns the handler of its requests. */
export function openGateway(
  options: ContextOptions,
  { policies, warehouses, upstreams, plans, ...deps }: GatewayDeps,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { sql, log, anonymous, limits } = options
  const { region, hostSuffix, decisionMaxAgeMs: maxAgeMs } = options.storageAccess
  return createS3Endpoint({
    ...deps,
    authorizer: new GatewayAuthorizer({
      sql,
      policies,
      warehouses,
      relays: upstreams.relays,
      plans,
      anonymous,
      maxAgeMs,
    }),
    regions: [region],
    ...(hostSuffix === null ? {} : { hostSuffix }),
    log,
    limits: {
      maxConcurrentRequests: limits.maxConcurrentRequests,
      maxObjectPartBytes,
      requestTimeoutMs: limits.requestTimeoutMs,
    },
    now: Date.now,
    recheckMs: recheckInterval(maxAgeMs),
  })
}

/**
 * Returns the interval in ms at which running requests of the storage gateway are authorized again. A cached decision
 * is renewed in the second half of its maximum age. Four checks within the maximum age ensure that a running request
 * ends within that age after a revocation.
 */
function recheckInterval(decisionMaxAgeMs: number): number {
  return Math.min(Math.max(decisionMaxAgeMs / 4, 250), 30_000)
}
