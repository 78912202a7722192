import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'

/** Fault of a built page: a link without a target, or a resource that the site does not contain. */
export interface SiteFault {
  /** Path of the page or style sheet, relative to the site. */
  readonly file: string
  readonly target: string
  readonly reason: string
}

/** Result of the check of a built site. */
export interface CheckedSite {
  readonly pages: number
  readonly links: number
  readonly faults: readonly SiteFault[]
}

/**
 * Checks a built site: the target and anchor of each internal link must exist, and no script, style sheet, image or
 * font may be loaded from another server.
 *
 * @param base path of the site on its server, with a slash at both ends
 */
export function checkSite(folder: string, base: string): CheckedSite {
  const pages = new Map(
    globSync('**/*.html', { cwd: folder })
      .toSorted()
      .map((file) => [file, readPage(readFileSync(join(folder, file), 'utf8'))] as const),
  )
  let links = 0
  const faults: SiteFault[] = []
  for (const [file, { hrefs, resources }] of pages) {
    for (const target of hrefs.filter((href) => !isElsewhere(href))) {
      links += 1
      const reason = checkLink(file, target)
      if (reason !== null) faults.push({ file, target, reason })
    }
    for (const target of resources) {
      if (isElsewhere(target))
        faults.push({ file, target, reason: 'The page loads this resource from another server.' })
      else if (!target.startsWith('data:') && findFile(file, target) === null)
        faults.push({ file, target, reason: 'The site does not contain this file.' })
    }
  }
  for (const file of globSync('**/*.css', { cwd: folder }))
    for (const [, target = ''] of readFileSync(join(folder, file), 'utf8').matchAll(/url\(["']?([^"')]+)/g))
      if (isElsewhere(target))
        faults.push({ file, target, reason: 'The style sheet loads this resource from another server.' })
  return { pages: pages.size, links, faults }

  function checkLink(file: string, target: string): string | null {
    const [path = '', anchor = ''] = target.split('#')
    const found = path === '' ? file : findFile(file, path)
    if (found === null) return 'The site has no page or file at this path.'
    const page = pages.get(found)
    if (anchor === '' || page === undefined || page.ids.has(decodeURIComponent(anchor))) return null
    return `The page ${found} has no element with the id ${anchor}.`
  }

  /**
   * Returns the path, relative to the site, of the file to which a link refers, or null if the site has no such file.
   */
  function findFile(from: string, target: string): string | null {
    const path = decodeURIComponent(target.replace(/[?#].*/, ''))
    if (path.startsWith('/') && !path.startsWith(base)) return null
    const file = path.startsWith('/') ? path.slice(base.length) : posix.join(dirname(from), path)
    const found = file === '' || file === '.' || file.endsWith('/') ? join(file, 'index.html') : file
    return existsSync(join(folder, found)) && statSync(join(folder, found)).isFile() ? found : null
  }
}

interface BuiltPage {
  readonly ids: ReadonlySet<string>
  readonly hrefs: readonly string[]
  readonly resources: readonly string[]
}

function readPage(html: string): BuiltPage {
  const text = html.replaceAll(/<script(?![^>]*\bsrc=)[^>]*>[^]*?<\/script>/g, '')
  const tags = [...text.matchAll(/<([a-z][a-z0-9-]*)\b([^>]*)>/gi)]
  const ids = new Set<string>()
  const hrefs: string[] = []
  const resources: string[] = []
  for (const [, tag = '', attributes = ''] of tags) {
    const id = readAttribute(attributes, 'id')
    if (id !== null) ids.add(id)
    const target = readAttribute(attributes, tag === 'a' || tag === 'link' ? 'href' : 'src')
    if (target !== null) (tag === 'a' ? hrefs : resources).push(target)
  }
  return { ids, hrefs, resources }
}

function readAttribute(attributes: string, name: string): string | null {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1]
  return value?.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'") ?? null
}

function isElsewhere(target: string): boolean {
  return /^(?:[a-z][a-z+.-]*:)?\/\//i.test(target) || /^(?:mailto|tel):/i.test(target)
}
