import { chownSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { userId } from '../image/base-layer.ts'

/**
 * Returns the folder of a named volume. A new volume gets the owner of the mount path in the image, as with Docker.
 * Only the volume of Headgate has an owner other than root.
 */
export function prepareVolume(parent: string, name: string): string {
  const folder = join(parent, name)
  if (existsSync(folder)) return folder
  mkdirSync(folder, { recursive: true })
  if (name === 'headgate') chownSync(folder, userId, userId)
  return folder
}
