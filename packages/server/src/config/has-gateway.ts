import { isLoopback } from '../loopback.ts'
import type { Env } from './env-type.ts'

/** Whether there is a storage gateway: clients must be able to reach it, by a URL that was said or on this machine. */
export function hasGateway({ s3PublicUrl, publicUrl, host }: Env): boolean {
  const here = publicUrl === null || isLoopback(new URL(publicUrl).hostname)
  return s3PublicUrl !== null || (here && isLoopback(host))
}
