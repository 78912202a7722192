import { Argument, type Command } from 'commander'
import type { Io } from '../../io.ts'
import { explainAccess } from '../../management/generated/access.ts'
import { parseObject } from '../../names/securable.ts'
import { inSession } from '../../session.ts'
import { formatExplanation } from './explanation.ts'
import { addSubjectOptions, privileges, type SubjectOptions, toSubject } from './subject-options.ts'

export function registerExplain(program: Command, io: Io): void {
  addSubjectOptions(
    program
      .command('explain')
      .description(
        'Explains why a privilege is allowed or refused: shows the decision and the grant that it results from.',
      )
      .addArgument(new Argument('<access>', 'privilege').choices(privileges))
      .argument(
        '<object>',
        'such as table:lakehouse/sales.orders, or lakehouse:sales.orders as events name it',
      ),
  ).action(
    inSession(
      io,
      async ({ client, out, warehouse }, privilege: string, object: string, options: SubjectOptions) => {
        const on = parseObject(object, warehouse)
        const response = await explainAccess(client, { body: { ...toSubject(options), privilege, on } })
        out.result(response, (paint) => formatExplanation(paint, response.body, object))
      },
    ),
  )
}
