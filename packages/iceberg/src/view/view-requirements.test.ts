import { expect, test } from 'vitest'
import { exampleView, OTHER_UUID, UUID } from '../../test/view/example-view.ts'
import { checkViewRequirements } from './view-requirements.ts'

test('assert-view-uuid compares UUIDs without regard to case', () => {
  expect(() => checkViewRequirements(exampleView(), [])).not.toThrow()
  expect(() =>
    checkViewRequirements(exampleView(), [{ type: 'assert-view-uuid', uuid: UUID.toUpperCase() }]),
  ).not.toThrow()
})

test('a view requirement that fails is a conflict, and the message contains both UUIDs', () => {
  expect(() =>
    checkViewRequirements(exampleView(), [
      { type: 'assert-view-uuid', uuid: UUID },
      { type: 'assert-view-uuid', uuid: OTHER_UUID },
    ]),
  ).toThrow(
    expect.objectContaining({
      code: 'commit-failed',
      message: `Requirement failed: view UUID does not match: expected ${OTHER_UUID} != ${UUID}`,
    }),
  )
})
