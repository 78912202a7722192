import type { BigIntStats } from 'node:fs'
import type { ObjectInfo } from './storage.ts'

/** What a file's inode says of the object in it. */
export function infoOf(stats: BigIntStats): ObjectInfo {
  return { size: Number(stats.size), etag: etagOf(stats), lastModified: Number(stats.mtimeMs) }
}

/** Inode, size and modification time: every put makes a new inode and a new time, see `nextWriteTime`. */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}`
}

let lastMicros = 0

/**
 * Seconds to set as the modification time of a file that is about to be published: the current time, but never the
 * same microsecond twice in this process. The file system's own clock ticks only every few milliseconds and inode
 * numbers are used again at once, so without it two different contents could carry one ETag.
 */
export function nextWriteTime(): number {
  lastMicros = Math.max(lastMicros + 1, Date.now() * 1000)
  return lastMicros / 1_000_000
}
