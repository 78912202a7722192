import type { LoadedTable } from '@headgate/iceberg/client'
import type { Redactor } from '../redactor.ts'

const secretProperty =
  /secret|token|password|sas|connection-string|credential|refresh-credentials-endpoint|credentials\.uri|signer/i
const publicProperty = /enabled|expires|access-key-id/i

/** Adds the secrets in a loaded table to the redactor, which removes them from all output. */
export function addTableSecrets(
  redactor: Redactor,
  { config, storageCredentials }: Pick<LoadedTable, 'config' | 'storageCredentials'>,
): void {
  addConfigSecrets(redactor, config)
  for (const credential of storageCredentials) {
    addConfigSecrets(redactor, credential.config)
    redactor.add(credential.refreshToken ?? undefined)
  }
}

export function addConfigSecrets(redactor: Redactor, config: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(config)) {
    if (!secretProperty.test(name) || publicProperty.test(name)) continue
    redactor.add(...listSecretParts(name, value))
  }
}

/**
 * Returns the secrets in the value of a property. In the URL of an endpoint, only the query values are secrets, so
 * that messages can show its path.
 */
function listSecretParts(name: string, value: string): readonly string[] {
  if (!/endpoint$|uri$/i.test(name)) return /^(true|false|\d+)$/.test(value) ? [] : [value]
  return [...new URLSearchParams(value.split('?')[1] ?? '').values()]
}
