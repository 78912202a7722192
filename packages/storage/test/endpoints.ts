import { EndpointGuard } from '../src/endpoint-guard.ts'

/** Returns a guard that allows the stores of tests on loopback as endpoints. */
export function loopbackEndpoints(): EndpointGuard {
  return new EndpointGuard({ named: ['127.0.0.0/8'], loopback: false })
}
