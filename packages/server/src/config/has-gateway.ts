import type { Env } from './env-type.ts'
import { isForThisMachine } from './for-this-machine.ts'

/** Returns true when there is a storage gateway: clients reach it by a configured URL, or on this machine. */
export function hasGateway(env: Env): boolean {
  return env.s3PublicUrl !== null || isForThisMachine(env)
}
