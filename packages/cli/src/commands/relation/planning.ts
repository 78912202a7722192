import { Argument, type Command } from 'commander'
import type { Io } from '../../io.ts'
import { setScanPlanning } from '../../management/generated/protection.ts'
import { relationAddress } from '../../names/address.ts'
import { inSession } from '../../session.ts'
import { showChange } from '../../show-change.ts'

/** Registers `headgate table planning`. */
export function registerPlanning(group: Command, io: Io): void {
  group
    .command('planning')
    .description('Sets who plans the scans of a table.')
    .argument('<table>')
    .addArgument(
      new Argument('<planner>', 'default: scan-planning-mode of the warehouse decides').choices([
        'client',
        'server',
        'default',
      ]),
    )
    .action(
      inSession(io, async (session, name: string, planner: string) => {
        const { warehouse, ...table } = relationAddress(name, session.warehouse)
        const chosen = planner === 'default' ? null : planner
        const response = await setScanPlanning(session.client, {
          warehouse,
          body: { ...table, planner: chosen },
        })
        showChange(session.out, response, `The scans of ${name} are planned by: ${planner}`)
      }),
    )
}
