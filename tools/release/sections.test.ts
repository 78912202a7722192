import { expect, test } from 'vitest'
import { mergeSections, readSections, writeSections } from './sections.ts'

test('mergeSections merges the sections of several texts in the order of Keep a Changelog', () => {
  const first = readSections('### Fixed\n\n- one\n\n### Added\n- two\n  continued\n', 'a')
  const second = readSections('\n### Added\n\n- three\n### Fixed\n- four\n\n### Fixed\n- five', 'b')
  expect(writeSections(mergeSections([first, second]))).toBe(
    '### Added\n- two\n  continued\n- three\n\n### Fixed\n- one\n- four\n- five\n',
  )
})

test('writeSections omits a heading without entries', () => {
  expect(writeSections(mergeSections([readSections('### Added\n\n### Changed\n- one\n', 'a')]))).toBe(
    '### Changed\n- one\n',
  )
})

test('readSections refuses an unknown heading and text without a heading, and names the source in the error', () => {
  expect(() => readSections('### New\n- one', '.changeset/a.md')).toThrow(
    '.changeset/a.md: unknown heading "New". Use one of: Added, Changed, Deprecated, Removed, Fixed, Security.',
  )
  expect(() => readSections('A sentence.\n### Added\n- one', '.changeset/a.md')).toThrow(
    '.changeset/a.md: text without a heading. Begin with "### Added" or another of:',
  )
})
