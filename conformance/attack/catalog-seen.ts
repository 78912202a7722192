import type { Response } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import type { Seen } from './attack.ts'

/** Converts a response of the catalog to the form that the oracle evaluates. */
export function toSeen({ status, text }: Response): Seen {
  return { status, text }
}

/** Returns the location prefixes of the storage credentials in a response of the catalog. */
export function prefixesIn(response: Response): string[] {
  if (response.status !== 200) return []
  try {
    return credentialsIn(response).map(({ prefix }) => prefix)
  } catch {
    return ['(not to be read)']
  }
}
