import { Secret } from '@headgate/auth'
import type { CatalogSettings } from './catalog-settings.ts'
import type { Redactor } from './redactor.ts'

/**
 * Matches names of auth properties whose values messages may show. The values of all other auth properties are
 * secrets.
 */
const shown =
  /(-type|-uri|-url|-endpoint|-enabled|-id|-ms|-file|-path|-name|-header|-encoding|-form|region|service|scope|scopes|audience|resource|profile|type|form|payload|client_id|token_url|username|header|region-set)$/i

const secretHeader = /auth|key|token|secret|cookie|password/i

/** Length in characters from which any header value counts as a secret, because it can be a key of an API gateway. */
const longValue = 20

/** Adds all secrets in the configuration of an engine to the redactor. */
export function addSecrets(redactor: Redactor, settings: CatalogSettings): void {
  for (const [name, value] of Object.entries(settings.auth)) {
    if (value === undefined || shown.test(name)) continue
    redactor.add(value instanceof Secret ? value.reveal() : String(value))
  }
  for (const [name, value] of Object.entries(settings.headers))
    if (secretHeader.test(name) || value.length >= longValue) redactor.add(value)
  const { keys } = settings.storage
  redactor.add(keys?.secretAccessKey, keys?.sessionToken)
  const { username, password } = new URL(settings.uri)
  redactor.add(password, username === '' ? undefined : username)
}
