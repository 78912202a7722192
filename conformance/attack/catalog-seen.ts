import type { Answer } from '../refresh/catalog-client.ts'
import { credentialsIn } from '../refresh/credential.ts'
import type { Seen } from './attack.ts'

/** What the catalog answered, for the oracle. Names of locations may come back from what was sent, contents may not. */
export function seenOf({ status, text }: Answer): Seen {
  return { status, text }
}

/** The prefixes that an answer hands out credentials for. */
export function prefixesIn(answer: Answer): string[] {
  if (answer.status !== 200) return []
  try {
    return credentialsIn(answer).map(({ prefix }) => prefix)
  } catch {
    return ['(not to be read)']
  }
}
