import { circuitBreaker, type CircuitBreakerPolicy, ConsecutiveBreaker, handleWhen } from 'cockatiel'
import { codeOf, neverSent } from './failures.ts'
import { responseTimeout } from './read-response.ts'

/** Number of consecutive failures after which no further request is sent. */
const maxFailures = 5
/** Time in ms after which one request tests whether the upstream answers again. */
export const pauseMs = 5_000

const lostCodes: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  responseTimeout,
])

/**
 * Returns a circuit breaker for the requests to one upstream. While an upstream does not answer, requests fail at once
 * instead of waiting for its time limit, because each waiting request occupies a request slot of the server. Every
 * response closes the circuit, an error response too.
 */
export function upstreamCircuit(): CircuitBreakerPolicy {
  const isOutage = handleWhen((error) => neverSent.has(codeOf(error)) || lostCodes.has(codeOf(error)))
  return circuitBreaker(isOutage, { halfOpenAfter: pauseMs, breaker: new ConsecutiveBreaker(maxFailures) })
}
