import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerRelationDetails } from '../details.ts'
import { registerProtection } from '../protection.ts'
import { registerRevocation } from '../revocation.ts'
import { registerDrop } from './drop.ts'
import { registerDropped } from './dropped.ts'
import { registerHistory } from './history.ts'
import type { RelationKind } from './kind.ts'
import { registerList } from './list.ts'
import { registerMetrics } from './metrics.ts'
import { registerPlanning } from './planning.ts'
import { registerPurge } from './purge.ts'
import { registerRegister } from './register.ts'
import { registerRename } from './rename.ts'
import { registerRestore } from './restore.ts'
import { registerShowTable } from './show-table.ts'
import { registerShowView } from './show-view.ts'
import { registerUnregister } from './unregister.ts'

/** Registers the groups `table` and `view`, which share most commands. */
export function registerRelations(program: Command, io: Io): void {
  const tables = program.command('table').description('Iceberg tables, and with --lance Lance tables.')
  registerList(tables, io, 'table')
  registerShowTable(tables, io)
  registerMetrics(tables, io)
  registerPlanning(tables, io)
  registerShared(tables, io, 'table')
  registerUnregister(tables, io)
  registerRevocation(tables, io, 'table')

  const views = program.command('view').description('Iceberg views.')
  registerList(views, io, 'view')
  registerShowView(views, io)
  registerShared(views, io, 'view')
}

function registerShared(group: Command, io: Io, kind: RelationKind): void {
  registerRelationDetails(group, io, kind)
  registerHistory(group, io, kind)
  registerRename(group, io, kind)
  registerProtection(group, io, kind)
  registerDrop(group, io, kind)
  registerDropped(group, io, kind)
  registerRestore(group, io, kind)
  registerPurge(group, io, kind)
  registerRegister(group, io, kind)
}
