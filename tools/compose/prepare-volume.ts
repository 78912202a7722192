import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { userId } from '../image/base-layer.ts'

/**
 * Returns the folder of a named volume, and creates it if it does not exist. Like with Docker, a new volume has the
 * owner that its mount path has in the image, which is not root for the volume of Headgate.
 */
export function prepareVolume(parent: string, name: string): string {
  const folder = join(parent, name)
  if (existsSync(folder)) return folder
  mkdirSync(folder, { recursive: true })
  if (name === 'headgate') chownSync(folder, userId, userId)
  return folder
}
