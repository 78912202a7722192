import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Returns the code spans of a Markdown page that are paths of files with the extension ts, json, md or sql. */
export function readNamedPaths(page: string): string[] {
  const spans = [...page.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  return [...new Set(spans.filter((span) => /^[\w@.-]+(?:\/[\w@.-]+)*\.(?:ts|json|md|sql)$/.test(span)))]
}

/** Returns the paths that exist in none of the given folders. */
export function findMissingPaths(paths: readonly string[], folders: readonly string[]): string[] {
  return paths.filter((path) => !folders.some((folder) => existsSync(join(folder, path))))
}
