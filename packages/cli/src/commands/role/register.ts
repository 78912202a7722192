import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerCreate } from './create.ts'
import { registerDelete } from './delete.ts'
import { registerList } from './list.ts'
import { registerMembers } from './members.ts'
import { registerMembership } from './membership.ts'

export function registerRoles(program: Command, io: Io): void {
  const group = program
    .command('role')
    .description('Roles: sets of principals, groups and other roles that share grants.')
  registerCreate(group, io)
  registerList(group, io)
  registerMembers(group, io)
  registerMembership(group, io)
  registerDelete(group, io)
}
