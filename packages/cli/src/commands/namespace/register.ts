import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerNamespaceDetails } from '../details.ts'
import { registerCount } from '../count.ts'
import { registerProtection } from '../protection.ts'
import { registerCreate } from './create.ts'
import { registerDrop } from './drop.ts'
import { registerList } from './list.ts'
import { registerLocations } from './locations.ts'
import { registerProperties } from './properties.ts'
import { registerShow } from './show.ts'

export function registerNamespaces(program: Command, io: Io): void {
  const group = program
    .command('namespace')
    .description('Namespaces, which contain tables, views and other namespaces.')
  registerCreate(group, io)
  registerList(group, io)
  registerShow(group, io)
  registerCount(group, io, 'namespace')
  registerNamespaceDetails(group, io)
  registerProperties(group, io)
  registerLocations(group, io)
  registerProtection(group, io, 'namespace')
  registerDrop(group, io)
}
