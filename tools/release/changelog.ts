import { mergeSections, readSections, writeSections } from './sections.ts'

const unreleased = '## Unreleased\n'

export interface NewRelease {
  /** Version of the release, without the prefix `v`. */
  readonly version: string
  /** Date of the release, as `YYYY-MM-DD`. */
  readonly date: string
  /** Texts of the changesets, keyed by their names. */
  readonly changes: ReadonlyMap<string, string>
}

/**
 * Returns the changelog with a new release, which contains the entries of the section `Unreleased` and of the
 * changesets.
 *
 * @throws Error when a text has no valid sections, the release has no entry, or the changelog already contains the
 * release
 */
export function addRelease(changelog: string, { version, date, changes }: NewRelease): string {
  if (readRelease(changelog, version) !== null)
    throw new Error(`CHANGELOG.md contains ${version} already. Add a changeset to increase the version.`)
  const start = changelog.indexOf(unreleased)
  if (start === -1)
    throw new Error('CHANGELOG.md has no heading "## Unreleased". Add it above the newest release.')
  const { before, body, after } = split(changelog, start)
  const texts = [...changes].map(([name, text]) =>
    // Links in a changeset are relative to the folder `.changeset`, but links in the changelog to the root of the
    // repository.
    readSections(text.replaceAll('](../', ']('), `.changeset/${name}.md`),
  )
  const sections = mergeSections([readSections(body, 'CHANGELOG.md, Unreleased'), ...texts])
  if (sections.size === 0)
    throw new Error(
      'There is nothing to release: CHANGELOG.md has no entry under Unreleased, and no changeset exists. Add an entry.',
    )
  const rest = after === '' ? '' : `\n${after}`
  return `${before}\n## ${version} - ${date}\n${writeSections(sections)}${rest}`
}

/** Returns the entries of a release, or null when the changelog does not contain the release. */
export function readRelease(changelog: string, version: string): string | null {
  const heading = new RegExp(`^## ${RegExp.escape(version)} - .*\n`, 'm').exec(changelog)
  return heading === null ? null : split(changelog, heading.index).body.trim()
}

/** Splits the changelog into the text up to a release heading, the content of this release, and the later text. */
function split(changelog: string, start: number): { before: string; body: string; after: string } {
  const bodyStart = changelog.indexOf('\n', start) + 1
  const next = /^## /m.exec(changelog.slice(bodyStart))
  const end = next === null ? changelog.length : bodyStart + next.index
  return {
    before: changelog.slice(0, bodyStart),
    body: changelog.slice(bodyStart, end),
    after: changelog.slice(end),
  }
}
