import { Argument, type Command } from 'commander'
import { z } from 'zod'
import { CliError } from '../../cli-error.ts'
import { read } from '../../connection/answer.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { parseObject } from '../../names/securable.ts'
import { table } from '../../output/table.ts'
import { inSession, type Session } from '../../session.ts'
import { addSubjectOptions, privileges, type SubjectOptions, subjectOf } from './subject-options.ts'

const checked = z.object({
  results: z.array(
    z.object({
      allowed: z.boolean(),
      outcome: z.string(),
      limitedBy: z.string().nullable(),
      forbiddenBy: z.array(z.string()).nullable(),
    }),
  ),
})

export function registerCheck(group: Command, io: Io): void {
  addSubjectOptions(
    group
      .command('check')
      .description(
        'Says of each object whether something may be done with it. Exit code 1 when one is refused.',
      )
      .addArgument(new Argument('<privilege>', 'what is asked for').choices(privileges))
      .argument('<objects...>', 'such as table:lakehouse/sales.orders; up to 1000'),
  ).action(inSession(io, check))
}

async function check(
  { client, out, warehouse }: Session,
  privilege: string,
  objects: readonly string[],
  options: SubjectOptions,
): Promise<void> {
  const checks = objects.map((object) => ({
    ...subjectOf(options),
    privilege,
    on: parseObject(object, warehouse),
  }))
  const answer = await client.send({ method: 'POST', path: '/management/v1/access/check', body: { checks } })
  const { results } = read(checked, answer)
  const rows = results.map((result, index) => ({ ...result, object: objects[index] ?? '' }))
  out.answer(answer, (paint) =>
    table(paint, rows, [
      { heading: 'object', cell: ({ object }) => object },
      {
        heading: privilege,
        cell: ({ allowed }) => (allowed ? 'yes' : 'NO'),
        paint: ({ allowed }) => (allowed ? 'green' : 'red'),
      },
      { heading: 'why not', cell: whyNot },
    ]),
  )
  const refused = rows.filter(({ allowed }) => !allowed)
  if (refused.length > 0)
    throw new CliError(exitCode.refused, `${refused.length} of ${rows.length} are not allowed.`, {
      next: `headgate explain ${privilege} ${refused[0]?.object ?? ''} says why.`,
    })
}

function whyNot({
  outcome,
  limitedBy,
  forbiddenBy,
}: {
  readonly outcome: string
  readonly limitedBy: string | null
  readonly forbiddenBy: readonly string[] | null
}): string | null {
  if (limitedBy !== null) return `not through the engine ${limitedBy}`
  if (forbiddenBy !== null)
    return forbiddenBy.length === 0 ? 'no policy permits it' : `forbidden by policy ${forbiddenBy.join(', ')}`
  if (outcome === 'allow') return null
  return outcome === 'deny' ? 'the privilege is missing' : 'not there, or not to be seen'
}
