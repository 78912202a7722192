import type { Properties } from '@headgate/auth'
import { openConnection, type ConnectionOptions } from '@headgate/auth'
import { DEFAULT_DELIMITER, formatIdentifier } from '../model/identifier.ts'
import type { Session } from './session.ts'

export interface ConnectOptions extends ConnectionOptions {
  /** Where the namespace is: what comes before `/v1` in its URLs. */
  readonly uri: string
  /** What stands between names in URLs. Default: `$`. */
  readonly delimiter?: string | undefined
  /**
   * A flat map, as other clients of Lance have it: `delimiter`, `header.<name>`, and `rest.auth.*` for a provider of
   * `@headgate/auth`, which is closed with the namespace.
   */
  readonly properties?: Properties | undefined
  /** How long nothing may move in a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /** The wait before the second attempt, in ms; it doubles, up to 20 s. Default: 250. */
  readonly firstRetryMs?: number | undefined
}

/** What needs more than `fetch`, and may not be passed over in silence. */
const BEYOND_FETCH = /^(?:tls|dynamic_context_provider)\./

export interface Connection {
  readonly session: Session
  /** Ends what was made for it. */
  readonly close: () => Promise<void>
}

/** Checks what is given. Nothing is asked of the server: the protocol has no handshake. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { properties = {} } = options
  const delimiter = options.delimiter ?? String(properties['delimiter'] ?? DEFAULT_DELIMITER)
  formatIdentifier([], delimiter)
  const { uri, http, close } = await openConnection(options, BEYOND_FETCH)
  return { session: { uri, delimiter, http: { ...http, firstRetryMs: options.firstRetryMs ?? 250 } }, close }
}
