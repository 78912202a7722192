import { Argument, type Command } from 'commander'
import { read } from '../../connection/answer.ts'
import type { Io } from '../../io.ts'
import { parseObject } from '../../names/securable.ts'
import { inSession } from '../../session.ts'
import { explanation, explanationText } from './explanation.ts'
import { addSubjectOptions, privileges, type SubjectOptions, subjectOf } from './subject-options.ts'

export function registerExplain(program: Command, io: Io): void {
  addSubjectOptions(
    program
      .command('explain')
      .description(
        'Says why somebody may or may not do something: the way of the decision and the grant that decides.',
      )
      .addArgument(new Argument('<access>', 'the privilege').choices(privileges))
      .argument(
        '<object>',
        'such as table:lakehouse/sales.orders, or lakehouse:sales.orders as events name it',
      ),
  ).action(
    inSession(
      io,
      async ({ client, out, warehouse }, privilege: string, object: string, options: SubjectOptions) => {
        const on = parseObject(object, warehouse)
        const body = { ...subjectOf(options), privilege, on }
        const answer = await client.send({ method: 'POST', path: '/management/v1/access/explain', body })
        out.answer(answer, (paint) => explanationText(paint, read(explanation, answer), object))
      },
    ),
  )
}
