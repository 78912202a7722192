import { isLoopback } from '@headgate/storage'
import type { Env } from './env-type.ts'

/**
 * Returns true when only clients on this machine can reach the server: it listens on a loopback address, and its public
 * URL has a loopback address.
 */
export function isForThisMachine({ publicUrl, host }: Env): boolean {
  const isPublicHere = publicUrl === null || isLoopback(new URL(publicUrl).hostname)
  return isPublicHere && isLoopback(host)
}
