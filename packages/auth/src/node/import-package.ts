import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports a package. Resolves its name from the current folder, or else from the folder of this package. */
export async function importPackage(name: string): Promise<unknown> {
  return await import(resolve(name))
}

function resolve(name: string): string {
  if (name.startsWith('file:')) return name
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'index.js')).resolve(name)).href
  } catch {
    return name
  }
}
