import { Argument, type Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { checkAccess } from '../../management/generated/access.ts'
import type { AccessAnswer } from '../../management/generated/schemas.ts'
import { parseObject } from '../../names/securable.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { addSubjectOptions, privileges, type SubjectOptions, toSubject } from './subject-options.ts'

export function registerCheck(group: Command, io: Io): void {
  addSubjectOptions(
    group
      .command('check')
      .description('Checks one privilege on several objects. Exits with 1 if one of them is refused.')
      .addArgument(new Argument('<privilege>').choices(privileges))
      .argument('<objects...>', 'such as table:lakehouse/sales.orders; at most 1000'),
  ).action(inSession(io, check))
}

async function check(
  { client, out, warehouse }: Session,
  privilege: string,
  objects: readonly string[],
  options: SubjectOptions,
): Promise<void> {
  const checks = objects.map((object) => ({
    ...toSubject(options),
    privilege,
    on: parseObject(object, warehouse),
  }))
  const response = await checkAccess(client, { body: { checks } })
  const rows = response.body.results.map((result, index) => ({ ...result, object: objects[index] ?? '' }))
  out.result(response, (paint) =>
    table(paint, rows, [
      { heading: 'object', cell: ({ object }) => object },
      {
        heading: privilege,
        cell: ({ allowed }) => (allowed ? 'yes' : 'NO'),
        paint: ({ allowed }) => (allowed ? 'green' : 'red'),
      },
      { heading: 'reason', cell: explainRefusal },
    ]),
  )
  const refused = rows.filter(({ allowed }) => !allowed)
  if (refused.length > 0)
    throw new CliError(
      exitCode.refused,
      `${refused.length} of the ${rows.length} requested privileges are not granted.`,
      {
        next: `headgate explain ${privilege} ${refused[0]?.object ?? ''} shows the reason.`,
      },
    )
}

function explainRefusal({ outcome, limitedBy, forbiddenBy }: AccessAnswer): string | null {
  if (limitedBy !== null) return `not allowed through the engine ${limitedBy}`
  if (forbiddenBy !== null)
    return forbiddenBy.length === 0 ? 'no policy permits it' : `forbidden by policy ${forbiddenBy.join(', ')}`
  if (outcome === 'allow') return null
  return outcome === 'deny' ? 'the privilege is missing' : 'the object does not exist or is not visible'
}
