import { Argument, type Command } from 'commander'
import { CliError } from '../../cli-error.ts'
import { exitCode } from '../../exit-code.ts'
import type { Io } from '../../io.ts'
import { explainAccess } from '../../management/generated/access.ts'
import { explainEvent } from '../../management/generated/audit.ts'
import { parseObject } from '../../names/securable.ts'
import { inSession, type Session } from '../../session.ts'
import { formatEventExplanation } from './event-explanation.ts'
import { formatExplanation } from './explanation.ts'
import { addSubjectOptions, privileges, type SubjectOptions, toSubject } from './subject-options.ts'

interface Options extends SubjectOptions {
  readonly event?: string
}

export function registerExplain(program: Command, io: Io): void {
  addSubjectOptions(
    program
      .command('explain')
      .description(
        'Explains why a privilege is allowed or refused: shows the decision and the grant that it results from. With --event, explains an audit event: the decision then and now, and what changed in between.',
      )
      .addArgument(new Argument('[access]', 'privilege').choices(privileges))
      .argument(
        '[object]',
        'such as table:lakehouse/sales.orders, or lakehouse:sales.orders as events name it',
      ),
  )
    .option('--event <id>', 'explain the audit event with this id, which headgate audit shows')
    .action(inSession(io, explain))
}

async function explain(
  session: Session,
  privilege: string | undefined,
  object: string | undefined,
  options: Options,
): Promise<void> {
  const { event } = options
  if (event !== undefined) {
    if ([privilege, object, options.as, options.engine].some((value) => value !== undefined))
      throw new CliError(
        exitCode.usage,
        'The event names the principal, the engine, the privilege and the object.',
        {
          next: 'Omit everything except --event.',
        },
      )
    await explainOne(session, event)
    return
  }
  if (privilege === undefined || object === undefined)
    throw new CliError(exitCode.usage, 'The command explains a privilege on an object, or an audit event.', {
      next: 'Write headgate explain PRIVILEGE OBJECT, or headgate explain --event ID.',
    })
  const { client, out, warehouse } = session
  const on = parseObject(object, warehouse)
  const response = await explainAccess(client, { body: { ...toSubject(options), privilege, on } })
  out.result(response, (paint) => formatExplanation(paint, response.body, object, out.width))
}

async function explainOne({ client, out }: Session, event: string): Promise<void> {
  const response = await explainEvent(client, { event })
  out.result(response, (paint) => formatEventExplanation(paint, response.body, out.width))
}
