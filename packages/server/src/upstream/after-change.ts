import type { UpstreamCaller } from './deps.ts'

/** Number of attempts to write the database rows of an object after its change in the upstream catalog. */
const attempts = 3

/**
 * Writes the database rows of an object that the upstream catalog has just changed. The change in the
 * upstream catalog cannot be undone, so a failed write does not make the request fail: the client would
 * repeat a change that was already made. Instead, the audit event of the request contains the error, and the
 * next load of the object writes the rows. Returns null when all attempts failed.
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
