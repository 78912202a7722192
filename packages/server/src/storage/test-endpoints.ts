import { EndpointGuard } from './endpoint-guard.ts'

/** Lets the stores that tests start on loopback be endpoints. */
export function loopbackEndpoints(): EndpointGuard {
  return new EndpointGuard({ named: ['127.0.0.0/8'], loopback: false })
}
