import { expect, it } from 'vitest'
import { withoutCycles } from './without-cycles.ts'

const role = (name: string, ...members: readonly string[]): Parameters<typeof withoutCycles>[0][number] => ({
  name,
  members: members.map((each) => `role:${each}`),
  comments: [],
})

it('withoutCycles removes the member that closes a cycle, and keeps members that several roles share', () => {
  const roles = withoutCycles([role('a', 'b', 'c'), role('b', 'c'), role('c', 'a', 'd'), role('d', 'd')])
  expect(roles.map(({ members }) => members)).toEqual([['role:b', 'role:c'], ['role:c'], ['role:d'], []])
  expect(roles.map(({ comments }) => comments.length)).toEqual([0, 0, 1, 1])
})
