import { isLoopback } from '@headgate/storage'
import type { Env } from './env-type.ts'

/** Returns true when only this machine reaches the server: it listens on loopback, and its public URL is there too. */
export function isForThisMachine({ publicUrl, host }: Env): boolean {
  const isPublicHere = publicUrl === null || isLoopback(new URL(publicUrl).hostname)
  return isPublicHere && isLoopback(host)
}
