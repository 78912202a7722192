import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerCount } from '../count.ts'
import { registerProtection } from '../protection.ts'
import { registerRevocation } from '../revocation.ts'
import { registerCheck } from './check.ts'
import { registerCreate } from './create.ts'
import { registerDelete } from './delete.ts'
import { registerList } from './list.ts'
import { registerShow } from './show.ts'
import { registerUpdate } from './update.ts'
import { registerValidate } from './validate.ts'

export function registerWarehouses(program: Command, io: Io): void {
  const group = program
    .command('warehouse')
    .description('Warehouses, each with its own storage, namespaces and grants.')
  registerCreate(group, io)
  registerList(group, io)
  registerShow(group, io)
  registerCount(group, io, 'warehouse')
  registerUpdate(group, io)
  registerValidate(group, io)
  registerCheck(group, io)
  registerProtection(group, io, 'warehouse')
  registerRevocation(group, io, 'warehouse')
  registerDelete(group, io)
}
