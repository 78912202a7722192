import { circuitBreaker, type CircuitBreakerPolicy, ConsecutiveBreaker, handleWhen } from 'cockatiel'
import { codeOf, neverSent } from './failures.ts'
import { responseTimeout } from './read-response.ts'

/** Number of consecutive failed requests after which the circuit opens: further requests fail immediately. */
const maxFailures = 5
/**
 * Time in ms after which an open circuit sends one request, to test whether the upstream catalog responds
 * again.
 */
export const pauseMs = 5_000

const lostCodes: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  responseTimeout,
])

/**
 * Returns a circuit breaker for the requests to one upstream catalog. While the catalog does not respond,
 * requests fail immediately instead of waiting for their time limit, because each waiting request occupies a
 * request slot of the server. Any response closes the circuit, including an error response.
 */
export function upstreamCircuit(): CircuitBreakerPolicy {
  const isOutage = handleWhen((error) => neverSent.has(codeOf(error)) || lostCodes.has(codeOf(error)))
  return circuitBreaker(isOutage, { halfOpenAfter: pauseMs, breaker: new ConsecutiveBreaker(maxFailures) })
}
