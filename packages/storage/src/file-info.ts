import type { BigIntStats } from 'node:fs'
import type { ObjectInfo } from './storage.ts'

/** Returns the description of an object from the inode of its file. */
export function toObjectInfo(stats: BigIntStats): ObjectInfo {
  return { size: Number(stats.size), etag: formatEtag(stats), lastModified: Number(stats.mtimeMs) }
}

/**
 * Returns the ETag of a file, which consists of inode number, size and modification time. Each put creates a new
 * inode with a new time, see `nextWriteTime`.
 */
export function formatEtag(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`
}

let lastMicros = 0

/**
 * Returns the modification time, in seconds, of a file that is about to be published: the current time, but never the
 * same microsecond twice in one process. Without this function, two different contents could have the same ETag,
 * because the clock of the file system advances only every few milliseconds and file systems reuse inode numbers at
 * once.
 */
export function nextWriteTime(): number {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1000)
  return lastMicros / 1_000_000
}
