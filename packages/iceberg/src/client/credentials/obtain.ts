import { isRestError } from '../errors/error-classes.ts'
import { chooseCredential } from './choose.ts'
import { expiryOf } from './keys.ts'
import { StorageCredentialsError } from './storage-credentials-error.ts'
import type { StorageCredential } from './storage-credential.ts'

/** One way to new keys. */
export interface CredentialSource {
  readonly name: string
  /** What it gives; null when this way is not open. */
  fetch(
    current: StorageCredential | undefined,
    signal: AbortSignal,
  ): Promise<readonly StorageCredential[]> | null
}

/**
 * Gets a credential for a location from the first source that has one. A source that knows nothing (404, an answer
 * that cannot be used) passes to the next; one that says who may not, or that it is overloaded, speaks for all.
 *
 * @throws {StorageCredentialsError} when no source has one
 * @throws {IcebergRestError} 401, 403, 419, 429 or 503
 * @throws {IcebergConnectionError}
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
      const answer = await source.fetch(current, signal)
      if (answer === null) continue
      const chosen = chooseCredential(answer, location)
      if (chosen !== undefined && (expiryOf(chosen.config) ?? Number.POSITIVE_INFINITY) > now()) return chosen
      failures.push({ source: source.name, why: fault(answer, chosen) })
    } catch (error) {
      if (!isRestError(error) || FINAL.has(error.status)) throw error
      failures.push({ source: source.name, why: error.message, error })
    }
  }
  throw new StorageCredentialsError(location, failures)
}

const FINAL = new Set([401, 403, 419, 429, 503])

function fault(answer: readonly StorageCredential[], chosen: StorageCredential | undefined): string {
  if (answer.length === 0) return 'the server gave no credential'
  return chosen === undefined
    ? `none of the ${answer.length} credentials covers the location and has keys for it`
    : 'the keys had expired when they arrived: compare the clocks'
}
