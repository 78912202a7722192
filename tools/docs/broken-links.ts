import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { readAnchors } from './anchors.ts'
import { isExternal, readLinks } from './read-links.ts'

export interface BrokenLink {
  readonly file: string
  readonly target: string
  readonly reason: string
}

/**
 * Returns the relative links in Markdown files whose target or anchor does not exist.
 *
 * @param root folder that the paths of the files are relative to; a link to a target outside this folder is broken
 */
export function findBrokenLinks(root: string, files: readonly string[]): BrokenLink[] {
  return files.flatMap((file) =>
    readLinks(readFileSync(join(root, file), 'utf8'))
      .filter((target) => !isExternal(target))
      .flatMap((target) => {
        const reason = checkLink(root, file, target)
        return reason === null ? [] : [{ file, target, reason }]
      }),
  )
}

function checkLink(root: string, file: string, target: string): string | null {
  const [path = '', anchor] = target.split('#')
  const found = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)))
  if (found.startsWith('..')) return 'The target is outside the repository.'
  if (!existsSync(join(root, found))) return `${found} does not exist.`
  if (anchor === undefined) return null
  if (!found.endsWith('.md') || statSync(join(root, found)).isDirectory()) return null
  const anchors = readAnchors(readFileSync(join(root, found), 'utf8'))
  return anchors.has(anchor) ? null : `${found} has no heading with the anchor "${anchor}".`
}
