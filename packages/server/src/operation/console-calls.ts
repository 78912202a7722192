import type { IncomingMessage } from 'node:http'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { Operation } from './operation.ts'

/** Request of the web console to an operation of another API. */
export interface ConsoleCall {
  /** Path of the called operation, without the prefix `/console/api`. */
  readonly path: string
  /**
   * Authenticates the request by the cookie of its session.
   *
   * @throws HeadgateError `unauthenticated` without a session, `forbidden` for a request of another site and for an
   *   operation that the console does not use
   */
  authenticate(request: IncomingMessage, target: Pick<Operation, 'id' | 'path'>): Promise<ProvenIdentity>
}

/**
 * Returns the request of the web console that a path belongs to, or null for all other paths, which never accept
 * cookies.
 */
export type FindConsoleCall = (path: string) => ConsoleCall | null
