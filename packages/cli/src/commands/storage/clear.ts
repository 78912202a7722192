import type { Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { path } from '../../connection/path.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { olderThanOption, readOrphans } from './orphan.ts'

interface Options {
  readonly olderThan: number
  readonly all?: boolean
}

const cleared = z.object({ deleted: z.number(), done: z.boolean() })

export function registerClear(group: Command, io: Io): void {
  group
    .command('clear')
    .description('Deletes the files of tables that were never finished, and forgets them.')
    .argument('[id...]', 'as `headgate storage orphans` lists them')
    .option('--all', 'all that it lists')
    .addOption(olderThanOption())
    .action(inSession(io, clear))
}

async function clear(session: Session, given: readonly string[], { olderThan, all }: Options): Promise<void> {
  if ((all === true) === given.length > 0) throw new CliError(exitCode.usage, 'Name either ids or --all.')
  const { client, out, warehouse } = session
  const ids = all === true ? (await readOrphans(session, olderThan)).items.map(({ id }) => id) : given
  if (ids.length > 0)
    await session.confirm(`Delete the files of ${ids.length} unfinished tables of ${warehouse}?`)
  let total = 0
  const done: { readonly id: string; readonly deleted: number }[] = []
  for (const id of ids) {
    let deleted = 0
    for (let more = true; more;) {
      out.progress(`${done.length} of ${ids.length} cleared, ${total + deleted} files deleted …`)
      const answer = await client.send({
        method: 'DELETE',
        path: path`/management/v1/warehouses/${warehouse}/orphans/${id}`,
        query: { olderThanSeconds: olderThan },
      })
      const step = read(cleared, answer)
      deleted += step.deleted
      more = !step.done
    }
    total += deleted
    done.push({ id, deleted })
  }
  out.answer({ json: { cleared: done.map((each) => ({ ...each })) } }, (paint) =>
    done.length === 0
      ? ''
      : table(paint, done, [
          { heading: 'cleared', cell: ({ id }) => id },
          { heading: 'files deleted', cell: ({ deleted }) => deleted, right: true },
        ]),
  )
  if (done.length === 0) out.note('There is nothing to clear.')
}
