import type { Properties } from '@headgate/auth'
import { openConnection, type ConnectionOptions } from '@headgate/auth'
import { DEFAULT_DELIMITER, formatIdentifier } from '../model/identifier.ts'
import type { Session } from './session.ts'

export interface ConnectOptions extends ConnectionOptions {
  /** Base URL of the namespace: the part of its URLs before `/v1`. */
  readonly uri: string
  /** Delimiter between the names of an identifier in URLs. Default: `$`. */
  readonly delimiter?: string | undefined
  /**
   * Flat properties with the names that other clients of Lance use: `delimiter`, `header.<name>`, and `rest.auth.*` for
   * a provider of `@headgate/auth`, which is closed with the namespace.
   */
  readonly properties?: Properties | undefined
  /** Longest time without progress in a request, in ms. Default: 60,000. */
  readonly timeoutMs?: number | undefined
  /**
   * Wait before the second attempt of a request, in ms. The wait doubles with each attempt, up to 20 s. Default: 250.
   */
  readonly firstRetryMs?: number | undefined
}

/**
 * Names of properties that `fetch` cannot apply. The client refuses them, because ignoring them could weaken
 * security.
 */
const UNSUPPORTED_PROPERTIES = /^(?:tls|dynamic_context_provider)\./

export interface Connection {
  readonly session: Session
  /** Closes the auth provider if the client created it from the properties. */
  readonly close: () => Promise<void>
}

/** Checks the options and opens the authentication. Sends no request, because the protocol has no handshake. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { properties = {} } = options
  const delimiter = options.delimiter ?? String(properties['delimiter'] ?? DEFAULT_DELIMITER)
  // Formats an arbitrary identifier, which throws if the delimiter is invalid.
  formatIdentifier([], delimiter)
  const { uri, http, close } = await openConnection(options, UNSUPPORTED_PROPERTIES)
  return { session: { uri, delimiter, http: { ...http, firstRetryMs: options.firstRetryMs ?? 250 } }, close }
}
