import { expect, test } from 'vitest'
import { exampleView, OTHER_UUID, UUID } from './example-view.ts'
import { checkViewRequirements } from './view-requirements.ts'

test('the uuid that is asserted is the one of the view, whatever the case of its letters', () => {
  expect(() => checkViewRequirements(exampleView(), [])).not.toThrow()
  expect(() =>
    checkViewRequirements(exampleView(), [{ type: 'assert-view-uuid', uuid: UUID.toUpperCase() }]),
  ).not.toThrow()
})

test('one requirement that does not hold is a conflict, and both uuids are named', () => {
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
