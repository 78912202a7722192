import type { UpstreamCaller } from './deps.ts'

/** Number of attempts to write the rows of an object that was changed in the upstream. */
const attempts = 3

/**
 * Writes the rows of an object after its change in the upstream. The change cannot be undone, so a failure is not an
 * error of the request: the client would repeat a change that was made. The audit event names it, and the next load of
 * the object writes the rows. Returns null when the rows were not written.
 */
export async function afterChange<T>(
  caller: Pick<UpstreamCaller, 'audit'>,
  write: () => Promise<T>,
): Promise<T | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write()
    } catch (error) {
      if (attempt < attempts) continue
      caller.audit.reason = `the server could not record the change of the upstream in its database: ${String(error)}`
      return null
    }
  }
}
