/** Headings of a release in the format Keep a Changelog, in their order. */
const headings = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const

type Heading = (typeof headings)[number]

/** Entries of a release, keyed by heading. Each text is Markdown without empty lines at its start and end. */
export type Sections = ReadonlyMap<Heading, string>

function isHeading(text: string): text is Heading {
  return headings.some((heading) => heading === text)
}

/**
 * Reads the sections of a changeset, or of a release in the changelog.
 *
 * @param source name of the changeset or file, for error messages
 * @throws Error when text is outside the sections, or a heading is not in `headings`
 */
export function readSections(text: string, source: string): Sections {
  const [before = '', ...parts] = text.split(/^### +/m)
  if (before.trim() !== '')
    throw new Error(`${source}: text without a heading. Begin with "### Added" or another of: ${list}.`)
  const sections = new Map<Heading, string>()
  for (const part of parts) {
    const [title = '', ...lines] = part.split('\n')
    const heading = title.trim()
    if (!isHeading(heading)) throw new Error(`${source}: unknown heading "${heading}". Use one of: ${list}.`)
    sections.set(heading, join(sections.get(heading), lines.join('\n').trim()))
  }
  return sections
}

/** Merges the sections of several changesets or releases, in the order of the headings. */
export function mergeSections(all: readonly Sections[]): Sections {
  const merged = headings.map(
    (heading) => [heading, all.reduce((text, each) => join(text, each.get(heading)), '')] as const,
  )
  return new Map(merged.filter(([, text]) => text !== ''))
}

/** Formats sections as Markdown. */
export function writeSections(sections: Sections): string {
  return [...sections].map(([heading, text]) => `### ${heading}\n${text}\n`).join('\n')
}

const list = headings.join(', ')

function join(first = '', second = ''): string {
  return [first, second].filter((text) => text !== '').join('\n')
}
