import { isRestError } from '../errors/error-classes.ts'
import { chooseCredential } from './choose-credential.ts'
import { findExpiry } from './keys.ts'
import { StorageCredentialsError } from './storage-credentials-error.ts'
import type { StorageCredential } from './storage-credential.ts'

/** One way to request new storage credentials. */
export interface CredentialSource {
  readonly name: string
  /** Requests credentials. Returns null, without a request, if this source does not apply. */
  fetch(
    current: StorageCredential | undefined,
    signal: AbortSignal,
  ): Promise<readonly StorageCredential[]> | null
}

/**
 * Obtains a credential for a location from the first source that returns a usable one. Error responses with the status
 * 401, 403, 419, 429 or 503 are thrown at once. After other error responses and unusable responses, the next source is used.
 *
 * @throws {StorageCredentialsError} when no source returns a usable credential
 * @throws {IcebergRestError} 401, 403, 419, 429 or 503
 * @throws {IcebergConnectionError} when there is no response
 */
export async function obtainCredential(
  sources: readonly CredentialSource[],
  location: string,
  current: StorageCredential | undefined,
  now: () => number,
  signal: AbortSignal,
): Promise<StorageCredential> {
  const failures: { readonly source: string; readonly why: string; readonly error?: unknown }[] = []
  for (const source of sources) {
    try {
      const credentials = await source.fetch(current, signal)
      if (credentials === null) continue
      const chosen = chooseCredential(credentials, location)
      if (chosen !== undefined && (findExpiry(chosen.config) ?? Number.POSITIVE_INFINITY) > now())
        return chosen
      failures.push({ source: source.name, why: describeFailure(credentials, chosen) })
    } catch (error) {
      if (!isRestError(error) || FINAL_STATUSES.has(error.status)) throw error
      failures.push({ source: source.name, why: error.message, error })
    }
  }
  throw new StorageCredentialsError(location, failures)
}

/**
 * Statuses of error responses after which no further source is tried, because the other sources would fail for the same
 * reason.
 */
const FINAL_STATUSES = new Set([401, 403, 419, 429, 503])

function describeFailure(
  credentials: readonly StorageCredential[],
  chosen: StorageCredential | undefined,
): string {
  if (credentials.length === 0) return 'the server returned no credentials'
  return chosen === undefined
    ? `none of the ${credentials.length} credentials covers the location and contains keys for its storage`
    : 'the keys had already expired when they arrived: compare the clocks of client and server'
}
