import type { BigIntStats } from 'node:fs'
import type { ObjectInfo } from './storage.ts'

/** Returns the description of an object from the inode of its file. */
export function infoOf(stats: BigIntStats): ObjectInfo {
  return { size: Number(stats.size), etag: etagOf(stats), lastModified: Number(stats.mtimeMs) }
}

/**
 * Returns the ETag of a file: inode, size and modification time. Each put creates a new inode with a new time, see
 * `nextWriteTime`.
 */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`
}

let lastMicros = 0

/**
 * Returns the modification time, in seconds, of a file that is about to be published: the current time, but never the
 * same microsecond twice in one process. The clock of the file system advances only every few milliseconds and inode
 * numbers are reused at once, so otherwise two different contents could have one ETag.
 */
export function nextWriteTime(): number {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1000)
  return lastMicros / 1_000_000
}
