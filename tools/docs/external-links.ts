import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isExternal, readLinks } from './read-links.ts'

/**
 * Path of the file that lists the external links of the documentation. Maintainers open these links by hand, because
 * tests use no network.
 */
export const listFile: string = join(import.meta.dirname, 'external-links.txt')

/** URL of the files of this repository on GitHub. */
const ownFiles = 'https://github.com/headgate/headgate/blob/main/'

/** Returns the external links in Markdown files, sorted and without duplicates. */
export function findExternalLinks(root: string, files: readonly string[]): string[] {
  const links = files.flatMap((file) => readLinks(readFileSync(join(root, file), 'utf8')).filter(isExternal))
  return [...new Set(links)].toSorted()
}

/** Returns the reason why an external link cannot be valid, or null. Sends no request. */
export function checkExternalLink(root: string, link: string): string | null {
  if (!URL.canParse(link)) return 'The link is not a URL.'
  const { protocol, hostname, username, password } = new URL(link)
  if (protocol === 'mailto:') return null
  if (protocol !== 'https:') return 'Use https.'
  if (username !== '' || password !== '') return 'The link contains a user name or a password.'
  if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}$/.test(hostname))
    return 'The host of the link is not a public name.'
  if (!link.startsWith(ownFiles)) return null
  const path = decodeURIComponent(link.slice(ownFiles.length).replace(/[?#].*/, ''))
  return existsSync(join(root, path)) ? null : `${path} does not exist in this repository.`
}
