import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import { runTasks } from '../run-tasks.ts'
import { walkSource, type WalkDeps } from '../walk-source.ts'
import type { GrantsExport, GrantsResult } from './grants-export.ts'

interface Walk extends Pick<WalkDeps, 'source' | 'target' | 'selection'> {
  readonly parallel: number
  readonly stop: AbortSignal
}

/**
 * Lists the objects of an import with `--move`, and writes the grants on them to a file before anything is moved. A
 * source catalog deletes the grants on a table when the table is dropped.
 *
 * @throws CliError when the grants cannot be written, because the import would delete them
 */
export async function writeBeforeMove(grants: GrantsExport, walk: Walk): Promise<GrantsResult> {
  const { parallel, stop, ...sides } = walk
  const task = walkSource({
    ...sides,
    ensureNamespace: () => Promise.resolve(false),
    onNamespace: (namespace) => grants.addNamespace(namespace),
    onRelation: ({ kind, identifier: { namespace, name } }) =>
      Promise.resolve(grants.addRelation({ kind, namespace, name })),
    // Problems are not reported here, because the import lists the same objects again and reports them then.
    onFound: () => undefined,
    onProblem: () => undefined,
    warn: () => undefined,
  })
  await runTasks([task], { parallel, signal: stop })
  stop.throwIfAborted()
  const result = await grants.write()
  if (!('reason' in result)) return result
  throw new CliError(
    exitCode.refused,
    `Nothing was moved, because the grants were not written. ${result.reason}`,
    {
      next: 'Move the tables without --grants, and grant the rights in the target by hand.',
    },
  )
}
