import type { Env } from './env-type.ts'
import { isForThisMachine } from './for-this-machine.ts'

/**
 * Returns true when the server has a storage gateway. This requires a configured gateway URL, or a server that only
 * clients on this machine can reach.
 */
export function hasGateway(env: Env): boolean {
  return env.s3PublicUrl !== null || isForThisMachine(env)
}
