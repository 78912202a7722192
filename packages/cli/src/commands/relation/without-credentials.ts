import type { Response } from '../../connection/response.ts'
import type { ResultText } from '../../output/output.ts'

/** Members of a `LoadTableResult` that may contain storage keys and tokens. */
const secretMembers = new Set(['config', 'storage-credentials', 'remote-signing-config'])

/**
 * Removes storage credentials from the load result of a table. A server may include credentials although the CLI does
 * not request them.
 */
export function withoutCredentials(response: Response): ResultText {
  const { json } = response
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return response
  const members = Object.entries(json)
  const kept = members.filter(([name]) => !secretMembers.has(name))
  return kept.length === members.length ? response : { json: Object.fromEntries(kept) }
}
