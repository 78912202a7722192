import { expect, test } from 'vitest'
import { mergeSections, readSections, writeSections } from './sections.ts'

test('sections of several texts are merged in the order of Keep a Changelog', () => {
  const first = readSections('### Fixed\n\n- one\n\n### Added\n- two\n  continued\n', 'a')
  const second = readSections('\n### Added\n\n- three\n### Fixed\n- four\n\n### Fixed\n- five', 'b')
  expect(writeSections(mergeSections([first, second]))).toBe(
    '### Added\n- two\n  continued\n- three\n\n### Fixed\n- one\n- four\n- five\n',
  )
})

test('a heading without entries is left out', () => {
  expect(writeSections(mergeSections([readSections('### Added\n\n### Changed\n- one\n', 'a')]))).toBe(
    '### Changed\n- one\n',
  )
})

test('an unknown heading and text without a heading are refused with the name of the source', () => {
  expect(() => readSections('### New\n- one', '.changeset/a.md')).toThrow(
    '.changeset/a.md: unknown heading "New". Use one of: Added, Changed, Deprecated, Removed, Fixed, Security.',
  )
  expect(() => readSections('A sentence.\n### Added\n- one', '.changeset/a.md')).toThrow(
    '.changeset/a.md: text without a heading. Begin with "### Added" or another of:',
  )
})
